// Text to a value, or to what is wrong with it.

import type { Problem } from "../service/types";

export function parse(text: string): { value: unknown } | { problem: Problem } {
  if (text.trim() === "") return { problem: { message: "write {} for no data", path: "" } };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: { message: `this is not JSON yet: ${(error as Error).message}`, path: "" } };
  }
}
