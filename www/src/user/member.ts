// A member of the data that is its own: every object has a `__proto__` that it inherits.

export const member = (data: unknown, name: string): unknown =>
  typeof data === "object" && data !== null && Object.hasOwn(data, name) ? (data as Record<string, unknown>)[name] : undefined;
