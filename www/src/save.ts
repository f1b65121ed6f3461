// A text as a file that the browser saves.

export function save(parts: readonly string[], name: string, type: string): void {
  const url = URL.createObjectURL(new Blob(parts as string[], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
