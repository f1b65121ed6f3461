// Ends clients. Engines that do not know `using` have no name for how; the package takes this one there.

const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

export function release(...clients: (Disposable | undefined)[]): void {
  for (const client of clients) client?.[DISPOSE]();
}
