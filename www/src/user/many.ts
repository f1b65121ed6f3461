// Users that are chosen in the list: deleted together, and brought back.

import { batch, signal } from "@preact/signals";

import { forget, lastAction, session } from "../state";
import { counted } from "../text";
import { disown } from "./draft";
import { problem, reload } from "./listing";
import { ask } from "./question";
import { exceptRounded, offerUndo, withdrawUndo, type Deleted } from "./undo";

const MAX_NAMED = 5;

export const chosen = signal<ReadonlySet<string>>(new Set());
/** What is being done with them, or was. */
export const done = signal("");
export const isBusy = signal(false);

export function choose(ids: readonly string[], isChosen: boolean): void {
  const next = new Set(chosen.peek());
  for (const id of ids) isChosen ? next.add(id) : next.delete(id);
  chosen.value = next;
}

/** Deletes them, after a question. */
export async function deleteChosen(): Promise<void> {
  const many = session.peek()?.many;
  const ids = [...chosen.peek()];
  if (!many || ids.length === 0 || isBusy.peek()) return;
  const named = ids.length > MAX_NAMED ? `${ids.slice(0, MAX_NAMED).join(", ")} and more` : ids.join(", ");
  const text = `Delete ${counted(ids.length, "user")}: ${named}? For ten seconds it can be undone.`;
  if (!(await ask({ at: "list", text, yes: "Delete them", no: "Keep them" }))) return;
  await during(`Deleting ${counted(ids.length, "user")} …`, async (signal) => {
    withdrawUndo();
    const users = await many.read(ids, signal);
    lastAction.value = { verb: "deleteUsers", id: "", value: ids };
    try {
      await many.delete(ids, signal);
    } catch (error) {
      // Some may be gone. Creating them again leaves those that are still there as they are.
      if ((error as { mayHaveBeenApplied?: boolean }).mayHaveBeenApplied) offerUndo({ users, isMany: true, isUnsure: true });
      throw error;
    }
    batch(() => {
      for (const id of ids) {
        forget(id);
        disown(id);
      }
      choose(ids, false);
    });
    offerUndo({ users, isMany: true, isUnsure: false });
    return `Deleted ${counted(users.length, "user")}.`;
  });
}

/** Creates those that were just deleted again. */
export async function undoMany({ users, isUnsure }: Deleted): Promise<void> {
  const many = session.peek()?.many;
  if (!many || isBusy.peek()) return;
  withdrawUndo();
  await during(`Creating ${counted(users.length, "user")} …`, async (signal) => {
    await many.create(users, signal);
    const those = counted(users.length, "user");
    const rounded = exceptRounded(users, "came");
    const again = rounded ? `created again with the data they had${rounded}` : "created again";
    return isUnsure ? `${those} stored. Those that had been deleted were ${again}; the others are as they were.` : `${those} ${again}.`;
  });
}

async function during(doing: string, work: (signal: AbortSignal) => Promise<string>): Promise<void> {
  const current = session.peek();
  isBusy.value = true;
  done.value = doing;
  try {
    done.value = await work(new AbortController().signal);
    await reload();
  } catch (error) {
    // Nobody is there to be told.
    if (session.peek() !== current) return;
    done.value = "";
    await reload();
    problem.value = (error as Error).message;
  } finally {
    isBusy.value = false;
  }
}

session.subscribe(() => {
  batch(() => {
    chosen.value = new Set();
    done.value = "";
  });
});
