// What the buttons and keys do, each after the question that it needs.

import type { Verb } from "../service/types";
import { session } from "../state";
import { draft, isReadFor, isUnsaved, userId, whyNotUpdate } from "./draft";
import { parse } from "./parse";
import { isRunning, makeWay, perform, refuse } from "./perform";
import { ask, withdraw } from "./question";
import type { Stored } from "../service/types";
import { exceptRounded } from "./undo";
import { WORDS } from "./verbs";

/** An operation on the user in the form. */
export async function press(verb: Verb): Promise<void> {
  const id = userId.value;
  const { takesData, fillsEditor } = WORDS[verb];
  if (isRunning() || (verb === "update" && whyNotUpdate(id) !== undefined)) return;
  if (fillsEditor && !takesData && !(await mayLose(`${WORDS[verb].label} replaces it by what is stored.`, "Replace it"))) return;
  if (verb === "delete" && !(await mayDelete(id))) return;
  if (!takesData) return perform({ verb, id, keepsText: !fillsEditor });
  const parsed = parse(draft.value);
  // What is wrong is below the editor already, and said again when it is left: it is not sent.
  if ("problem" in parsed) return refuse(new Error(parsed.problem.message));
  return perform({ verb, id, value: parsed.value, keepsText: true });
}

/** What Ctrl+Enter does: stores a change of what was read, or else somebody new. */
export const save = (): Promise<void> =>
  press(session.value?.verbs.includes("update") && isReadFor(userId.value) ? "update" : "create");

/** Reads a user into the form. False if what is there was to stay. */
export async function openUser(id: string): Promise<boolean> {
  if (!(await mayLose(`Opening ${id} replaces it.`, "Open it")) || !(await makeWay())) return false;
  userId.value = id;
  await perform({ verb: "get", id, keepsText: false });
  return true;
}

/** Creates a user again that was just deleted. */
export async function undoDelete(user: Stored): Promise<void> {
  const { id, data } = user;
  const done = `${id} is back, created again with the data it had${exceptRounded([user], "came")}. Its created_at is new.`;
  await perform({ verb: "create", id, value: data, keepsText: isUnsaved.value, done });
}

/** Whether the text in the editor may go: asks if it is stored nowhere. */
export async function mayLose(why: string, yes: string): Promise<boolean> {
  return !isUnsaved.value || ask({ text: `What you typed is not stored. ${why}`, yes, no: "Keep it" });
}

const mayDelete = (id: string): Promise<boolean> =>
  ask({ text: `Delete ${id}? For ten seconds it can be undone.`, yes: "Delete it", no: "Keep it" });

// A question about one user is none about another.
userId.subscribe(withdraw);
session.subscribe(withdraw);
