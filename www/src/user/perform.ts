// One operation at a time: runs it, keeps what came of it, and can be told to stop.

import { signal } from "@preact/signals";

import { settle } from "../calls/log";
import type { Outcome, Verb } from "../service/types";
import { forget, lastDeed, see, session, userId } from "../state";
import { WORDS } from "./verbs";

/** What the result panel shows. */
export type Result =
  | { state: "idle" }
  | { state: "running"; verb: Verb; text: string }
  | { state: "done"; text: string; outcome: Outcome }
  | { state: "cancelled"; text: string }
  | { state: "failed"; error: Error };

export const result = signal<Result>({ state: "idle" });

let control: AbortController | undefined;

export const cancel = (): void => control?.abort();

// What one client was told is nothing to the next.
session.subscribe(() => {
  cancel();
  result.value = { state: "idle" };
});

export async function perform(verb: Verb, value: unknown): Promise<void> {
  const current = session.value;
  if (current === undefined || control !== undefined) return;
  const id = userId.value;
  const words = WORDS[verb];
  const { signal } = (control = new AbortController());
  result.value = { state: "running", verb, text: `${words.doing} ${id} …` };
  lastDeed.value = { verb, id, value: words.takesData ? value : undefined };
  try {
    const outcome = await current.call(verb, id, value, signal);
    if (outcome.user) see(outcome.user);
    if (verb === "delete") forget(id);
    result.value = { state: "done", text: words.done(id, outcome), outcome };
    settle("no answer");
  } catch (error) {
    // Nobody is there to be told.
    if (session.peek() !== current) return;
    const text = words.writes ? "Cancelled. Whether the change was made is not known; Get tells." : "Cancelled.";
    result.value = signal.aborted ? { state: "cancelled", text } : { state: "failed", error: error as Error };
    settle(signal.aborted ? "cancelled" : ((error as { code?: string }).code ?? "no answer"));
  } finally {
    control = undefined;
  }
}
