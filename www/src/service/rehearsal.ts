// The rules of the package, without the service: a client whose `fetch` sends nothing. Everything up to the request is as it
// is for a real call, so that what is told while one types is what would be told when one sends.

import type { Problem } from "./types";

/** Answers every request at once, as a service that takes everything. */
export const silentFetch: typeof fetch = async () =>
  new Response('{"created_users":[],"duration":"0ms"}', { status: 201, headers: { "content-type": "application/json" } });

interface Refusal {
  message: string;
  path?: string;
}

/**
 * What the rules say of the value that `attempt` sends, with its place below `root`. What comes after the rules, the answer
 * of nobody, is no problem of the value.
 */
export async function below(root: string, attempt: () => Promise<unknown>): Promise<Problem | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    const { message, path } = error as Refusal;
    if (path === undefined) return undefined;
    return { message, path: path.startsWith(root) ? path.slice(root.length) : `.${path}` };
  }
}
