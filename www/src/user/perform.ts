// One operation at a time: runs it, keeps what came of it, and can be told to stop.

import { signal } from "@preact/signals";

import type { Outcome, Session, Stored, Verb } from "../service/types";
import { goTo } from "../place";
import { forget, lastAction, see, session } from "../state";
import { disown, draft, takeIn } from "./draft";
import { offerUndo, withdrawUndo } from "./undo";
import { WORDS } from "./verbs";

export interface Task {
  verb: Verb;
  id: string;
  value?: unknown;
  /** The editor keeps a text that says more than what is stored. */
  keepsText: boolean;
  /** What is said when it is done, in place of the usual. */
  done?: string;
}

/** What the result panel shows. */
export type Result =
  | { state: "idle" }
  | { state: "running"; verb: Verb; text: string }
  | { state: "done"; text: string; outcome: Outcome; isWrite: boolean }
  | { state: "cancelled"; text: string }
  | { state: "failed"; error: Error };

export const result = signal<Result>({ state: "idle" });

let control: AbortController | undefined;
let ended = Promise.resolve();

export const cancel = (): void => control?.abort();

export const isRunning = (): boolean => control !== undefined;

/** What was not even begun. */
export function refuse(error: Error): void {
  result.value = { state: "failed", error };
}

// What one client was told is nothing to the next.
session.subscribe(() => {
  cancel();
  withdrawUndo();
  result.value = { state: "idle" };
});

/** Ends a read that runs, so that another can begin; false while a write runs, which goes on. */
export async function makeWay(): Promise<boolean> {
  const now = result.peek();
  if (now.state === "running" && WORDS[now.verb].writes) return false;
  cancel();
  await ended;
  return true;
}

export function perform(task: Task): Promise<void> {
  if (control === undefined) ended = run(task);
  return ended;
}

async function run({ verb, id, value, keepsText, done }: Task): Promise<void> {
  const current = session.value;
  if (current === undefined) return;
  withdrawUndo();
  const words = WORDS[verb];
  const before = draft.peek();
  const { signal } = (control = new AbortController());
  result.value = { state: "running", verb, text: `${words.doing} ${id} …` };
  lastAction.value = { verb, id, value: words.takesData ? value : undefined };
  let stored: Stored | undefined;
  try {
    stored = verb === "delete" ? await asStored(current, id, signal) : undefined;
    const outcome = await current.call(verb, id, value, signal);
    if (outcome.user) {
      see(outcome.user);
      takeIn(id, outcome.user.data, { before, keepsText });
      goTo({ view: "users", user: id });
    }
    if (verb === "delete") {
      forget(id);
      disown(id);
      goTo({ view: "users" });
      if (stored) offerUndo({ users: [stored], isMany: false, isUnsure: false });
    }
    result.value = { state: "done", text: done ?? words.done(id, outcome), outcome, isWrite: words.writes === true };
  } catch (error) {
    // Nobody is there to be told.
    if (session.peek() !== current) return;
    // It may be gone: bringing it back is refused where it is still there.
    if (stored && (error as { mayHaveBeenApplied?: boolean }).mayHaveBeenApplied) offerUndo({ users: [stored], isMany: false, isUnsure: true });
    const text = words.writes ? "Cancelled. Whether the change was made is not known; Get tells." : "Cancelled.";
    result.value = signal.aborted ? { state: "cancelled", text } : { state: "failed", error: error as Error };
    // Whoever was asked for is who the form is about, and no more the one before.
    if (!signal.aborted && words.fillsEditor && !words.takesData) goTo({ view: "users", user: id });
  } finally {
    control = undefined;
  }
}

/** What a deletion will take away, so that it can be undone; undefined if there is no such user, which the deletion tells. */
async function asStored(current: Session, id: string, signal: AbortSignal): Promise<Stored | undefined> {
  try {
    const { user } = await current.call("get", id, undefined, signal);
    return user && { id, data: user.data };
  } catch (error) {
    if ((error as { code?: string }).code === "not_found") return undefined;
    throw error;
  }
}
