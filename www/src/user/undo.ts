// Users that were just deleted, for as long as they can be brought back.

import { signal } from "@preact/signals";

import type { Stored } from "../service/types";
import { inexact } from "./inexact";

const OFFERED_MS = 10_000;

export interface Deleted {
  users: readonly Stored[];
  /** They were deleted together, in the list. */
  isMany: boolean;
  /** No answer told whether they are gone. */
  isUnsure: boolean;
}

/** What is not as it was of users that are created again: what a sentence about their data goes on with. */
export const exceptRounded = (users: readonly Stored[], come: "come" | "came"): string =>
  users.some(({ data }) => inexact(data).length > 0) ? `, but for numbers beyond 2⁵³, which ${come} back rounded` : "";

export const undoable = signal<Deleted | undefined>(undefined);

let end: ReturnType<typeof setTimeout> | undefined;

export function offerUndo(deleted: Deleted): void {
  withdrawUndo();
  undoable.value = deleted;
  end = setTimeout(withdrawUndo, OFFERED_MS);
}

export function withdrawUndo(): void {
  clearTimeout(end);
  undoable.value = undefined;
}
