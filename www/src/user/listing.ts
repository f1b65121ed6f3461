// The pages of the list that are on the screen, and what they were asked for.

import { batch, signal } from "@preact/signals";

import type { ListQuery } from "../service/listing";
import type { UserRow } from "../service/types";
import { session } from "../state";
import { result } from "./perform";

/** Long enough that a word is typed to its end. */
const ASK_AFTER_MS = 200;

/** So many users are shown at a time, as far as there are so many. */
const ENOUGH = 25;
/** Requests for them: the server looks at some users for each, and finds none where those that match are rare. */
const MAX_REQUESTS = 200;

type Wanted = Omit<ListQuery, "after" | "limit">;

const ALL: Wanted = { prefix: "", search: "", sort: "-updated_at" };

export interface Shown {
  users: readonly UserRow[];
  /** What leads to the page after these. */
  next: string | undefined;
  /** How many have the prefix, if that was counted. */
  total: number | undefined;
}

export const wanted = signal<Wanted>(ALL);
/** Undefined until the first page has come. */
export const shown = signal<Shown | undefined>(undefined);
/** The members of the data that have a column of their own, in place of all of it. */
export const fields = signal<readonly string[]>([]);
export const isReading = signal(false);
export const problem = signal("");

/** What is asked for: without the spaces around what was typed, which is shown as it is while somebody types. */
export function asked(): Wanted {
  const { prefix, search, sort } = wanted.peek();
  return { prefix: prefix.trim(), search: search.trim(), sort };
}

let control: AbortController | undefined;
let soon: ReturnType<typeof setTimeout> | undefined;

/** The list by these from now on, once nobody types any more. */
export function want(change: Partial<Wanted>): void {
  wanted.value = { ...wanted.value, ...change };
  clearTimeout(soon);
  soon = setTimeout(reload, ASK_AFTER_MS);
}

/** The first page again. */
export const reload = (): Promise<void> => read(undefined);

/** The next page, below those that are there. */
export async function more(): Promise<void> {
  const after = shown.peek()?.next;
  if (after !== undefined && !isReading.peek()) await read(after);
}

async function read(after: string | undefined): Promise<void> {
  const current = session.peek();
  if (!current?.list) return;
  // Of two answers, the one to the last question counts.
  control?.abort();
  const { signal } = (control = new AbortController());
  isReading.value = true;
  const first = after === undefined ? 0 : (shown.peek()?.users.length ?? 0);
  try {
    for (let requests = 1, from = after; ; requests += 1) {
      const page = await current.list({ ...asked(), after: from }, signal);
      if (signal.aborted) return;
      const before = from === undefined ? undefined : shown.peek();
      const users = joined(before?.users ?? [], page.users);
      const isEnough = page.next === undefined || users.length - first >= ENOUGH || requests === MAX_REQUESTS;
      batch(() => {
        shown.value = { users, next: page.next, total: before ? before.total : page.total };
        problem.value = "";
        isReading.value = !isEnough;
      });
      if (isEnough) return;
      from = page.next;
    }
  } catch (error) {
    if (signal.aborted) return;
    problem.value = (error as Error).message;
    isReading.value = false;
  }
}

/** A user whom an update moved meanwhile is on two pages: once is enough. */
function joined(before: readonly UserRow[], page: readonly UserRow[]): readonly UserRow[] {
  const ids = new Set(before.map(({ id }) => id));
  return [...before, ...page.filter(({ id }) => !ids.has(id))];
}

session.subscribe((next) => {
  control?.abort();
  clearTimeout(soon);
  batch(() => {
    wanted.value = { ...ALL, sort: next?.sorts.find(([sort]) => sort === ALL.sort)?.[0] ?? "-created_at" };
    shown.value = undefined;
    fields.value = [];
    isReading.value = false;
    problem.value = "";
  });
});

// A write may have changed what is listed.
result.subscribe((now) => {
  if (now.state === "done" && now.isWrite) void reload();
});
