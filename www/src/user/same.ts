// Whether two texts of JSON say the same, however they are spaced and in whatever order their members are.

/** The same value, or where one is no JSON, the same text. */
export function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [valueOf(one), valueOf(other)];
  return a !== undefined && b !== undefined && isEqual(a.value, b.value);
}

/** What `part` says, `whole` says as well; it may have more members. */
export function isPartOf(part: string, whole: string): boolean {
  const [a, b] = [valueOf(part)?.value, valueOf(whole)?.value];
  if (!isObject(a) || !isObject(b)) return false;
  return Object.entries(a).every(([name, value]) => Object.hasOwn(b, name) && isEqual(value, b[name]));
}

function valueOf(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function isEqual(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name]))
  );
}
