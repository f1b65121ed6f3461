// A user that was just deleted, for as long as it can be brought back.

import { signal } from "@preact/signals";

const OFFERED_MS = 10_000;

export interface Deleted {
  id: string;
  data: unknown;
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
