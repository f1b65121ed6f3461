// Users that were just deleted, for as long as they can be brought back.

import { signal } from "@preact/signals";

import type { Stored } from "../service/types";

const OFFERED_MS = 10_000;

export interface Deleted {
  users: readonly Stored[];
  /** They were deleted together, in the list. */
  isMany: boolean;
  /** No answer told whether they are gone. */
  isUnsure: boolean;
}

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
