// Whole numbers that JavaScript cannot tell from their neighbours: what is stored may have other digits than are shown.

/** Their paths, such as `.counts[2]`. */
export function inexact(value: unknown, path = ""): string[] {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  const below = Array.isArray(value)
    ? value.map((each, i) => [each, `${path}[${i}]`] as const)
    : Object.entries(value).map(([name, each]) => [each, `${path}${/^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`}`] as const);
  return below.flatMap(([each, place]) => inexact(each, place));
}
