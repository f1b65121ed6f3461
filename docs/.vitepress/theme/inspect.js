// A value as text, as Node's console shows it, in as much as the playground needs.

const WIDTH = 72;

/** `seen` are the objects around the value. */
export function inspect(value, seen = []) {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[Function: ${value.name || "anonymous"}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (seen.includes(value)) return "[Circular]";
  const inside = (part) => inspect(part, [...seen, value]);
  if (Array.isArray(value)) return joined("[", value.map(inside), "]", seen.length);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name} ${inside([...value])}`;
  const name = value.constructor && value.constructor !== Object ? `${value.constructor.name} ` : "";
  const parts = Object.entries(value).map(([key, part]) => `${/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? key : `'${key}'`}: ${inside(part)}`);
  return name + joined("{", parts, "}", seen.length);
}

/** On one line where that fits. */
function joined(open, parts, close, depth) {
  if (parts.length === 0) return open + close;
  const line = `${open} ${parts.join(", ")} ${close}`;
  if (line.length <= WIDTH && !line.includes("\n")) return line;
  const indent = "  ".repeat(depth + 1);
  return `${open}\n${indent}${parts.join(`,\n${indent}`)}\n${"  ".repeat(depth)}${close}`;
}
