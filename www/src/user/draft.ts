// The form about one user: its id, the text in the editor, and whether that text would be missed.

import { batch, computed, signal } from "@preact/signals";

import { session } from "../state";
import { isPartOf, isSame } from "./same";

export const userId = signal("ada");
export const draft = signal("");

/** What is known to be stored, or what the editor was given at first. */
interface Origin {
  /** Whose data it is; undefined where it is no user's. */
  id: string | undefined;
  text: string;
}

const origin = signal<Origin>({ id: undefined, text: "" });

/** The id that was in the form when the editor's text was last changed by hand. */
const typedFor = signal<string | undefined>(undefined);

/** The editor has something that is stored nowhere. */
export const isUnsaved = computed(() => !isSame(draft.value, origin.value.text));

/** The editor has what this user is known to have, or a change of it. */
export const isReadFor = (id: string): boolean => origin.value.id === id;

/** Why Update would store what nobody means to store; undefined where it would not. */
export function whyNotUpdate(id: string): string | undefined {
  const { id: owner } = origin.value;
  if (owner === id || (isUnsaved.value && typedFor.value === id)) return undefined;
  if (isUnsaved.value && owner === undefined) return undefined;
  return owner === undefined
    ? `Update is off until ${id} was read with Get, or something was typed: it would replace what is stored by what the editor has.`
    : `Update is off: the editor has the data of ${owner}. Get ${id} first, or type what it is to have.`;
}

/** Text as the editor shows a value. */
const written = (value: unknown): string => JSON.stringify(value ?? {}, null, 2);

/** Puts a text into the editor, which keeps the one before for Ctrl+Z. */
function fill(next: Origin): void {
  batch(() => {
    origin.value = next;
    draft.value = next.text;
    typedFor.value = undefined;
  });
}

/**
 * Takes in what is stored, as an answer told. `before` is the text from when the question was asked. What was typed since then
 * stays, and so does, with `keepsText`, a text that says more than what is stored.
 */
export function takeIn(id: string, stored: unknown, { before, keepsText }: { before: string; keepsText: boolean }): void {
  const text = written(stored);
  const isTyping = draft.peek() !== before;
  if (isTyping || (keepsText && !isPartOf(before, text))) origin.value = { id, text };
  else fill({ id, text: isSame(before, text) ? before : text });
}

/** After a deletion: the text stays, and is no user's. */
export function disown(id: string): void {
  if (isReadFor(id)) origin.value = { id: undefined, text: origin.value.text };
}

draft.subscribe(() => {
  if (isUnsaved.peek()) typedFor.value = userId.peek();
});

session.subscribe((next) => {
  fill({ id: undefined, text: next ? written(next.example) : "" });
});

// Leaving the page: the browser asks, in its own words.
addEventListener("beforeunload", (event) => {
  if (session.peek() !== undefined && isUnsaved.peek()) event.preventDefault();
});
