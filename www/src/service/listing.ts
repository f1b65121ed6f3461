// The list of all users. The services have none, or none that is sorted and searched; the stand-in server has one for
// each.

import type { UserRow } from "./types";

export interface ListQuery {
  prefix: string;
  search: string;
  sort: string;
  /** The `next` of the page before. */
  after: string | undefined;
  /** Users on the page, at most `MOST`; by default as many as one reads. */
  limit?: number;
}

/** On one page, as the server has it. */
export const MOST = 100;

export interface ListPage {
  users: readonly UserRow[];
  /** What leads to the next page, if there is one. */
  next: string | undefined;
  /** How many have the prefix; undefined on later pages, and where they are too many to count. */
  total: number | undefined;
}

/** Reads pages. */
export type List = (query: ListQuery, signal: AbortSignal) => Promise<ListPage>;

interface Answer<Record> {
  users: Record[];
  next: string | null;
  total: number | null;
}

/** What a client sends along with a request. */
export interface RequestAuth {
  headers: HeadersInit;
  /** The parameters of the address. */
  parameters: URLSearchParams;
}

/** What a client sends along, from a request that a `fetch` is given which answers by itself. */
export async function requestAuthOf(ask: (fetch: typeof globalThis.fetch) => Promise<unknown>): Promise<RequestAuth> {
  let auth: RequestAuth = { headers: {}, parameters: new URLSearchParams() };
  await ask(async (url, init) => {
    auth = { headers: init?.headers ?? {}, parameters: new URL(String(url)).searchParams };
    return new Response("{}", { headers: { "content-type": "application/json" } });
  }).catch(() => {}); // That the answer is no user is of no interest.
  return auth;
}

/** The list at this address; undefined if there is none, as at the services themselves. */
export async function findList<Record>(
  address: string,
  { headers, parameters }: RequestAuth,
  toRow: (record: Record) => UserRow,
): Promise<List | undefined> {
  async function read(query: { [name: string]: string | undefined }, signal: AbortSignal): Promise<Response> {
    const url = new URL(address);
    for (const [name, value] of [...parameters, ...Object.entries(query)]) if (value) url.searchParams.set(name, value);
    return fetch(url, { headers, signal, credentials: "omit", cache: "no-store", redirect: "error" });
  }
  const list: List = async ({ prefix, search, sort, after, limit }, signal) => {
    const response = await read({ prefix, search, sort, after, limit: limit?.toString() }, signal).catch((error: unknown) => {
      throw signal.aborted ? error : new Error("the server does not answer, so the list is as it was");
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw new Error(reasonIn(body) ?? `the server answered ${response.status}, so the list is as it was`);
    if (!isAnswer<Record>(body)) throw new Error("what the server answered is no list of users");
    return { users: body.users.map(toRow), next: body.next ?? undefined, total: body.total ?? undefined };
  };
  try {
    const response = await read({ limit: "1" }, AbortSignal.timeout(3_000));
    // A server that is only in trouble may have it.
    if (!response.ok) return response.status >= 500 || response.status === 429 ? list : undefined;
    return isAnswer(await response.json()) ? list : undefined;
  } catch {
    return undefined;
  }
}

const isAnswer = <Record>(body: unknown): body is Answer<Record> => Array.isArray((body as Partial<Answer<Record>> | null | undefined)?.users);

/** Why the server refuses, in its own words. */
function reasonIn(body: unknown): string | undefined {
  const { detail, message } = (body ?? {}) as { detail?: unknown; message?: unknown };
  return [detail, message].find((text) => typeof text === "string");
}
