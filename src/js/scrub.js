// Deno and Bun write the URL of a failed request into the error, and the URL holds the API key.

/** `cause` without `query`, wherever it or a cause of it holds that. */
export function scrub(cause, query) {
  try {
    let error = cause;
    for (let depth = 0; depth < 8 && typeof error === "object" && error !== null; depth++) {
      for (const key of Reflect.ownKeys(error)) {
        const text = error[key];
        if (typeof text !== "string" || !text.includes(query)) continue;
        Object.defineProperty(error, key, { value: text.replaceAll(query, ""), writable: true, configurable: true });
      }
      error = error.cause;
    }
    return cause;
  } catch {
    return new Error("what fetch failed with could not be read");
  }
}
