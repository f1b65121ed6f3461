// What brings back what was just deleted.

import type { Stored } from "../service/types";
import { inexact } from "./inexact";
import { undoable } from "./undo";

export function UndoNote({ isMany, onUndo }: { isMany: boolean; onUndo: (users: readonly Stored[]) => void }) {
  const deleted = undoable.value;
  if (!deleted || deleted.isMany !== isMany) return null;
  const isRounded = deleted.users.some(({ data }) => inexact(data).length > 0);
  return (
    <p class="undo" id="undo-note">
      <button type="button" id="undo" onClick={() => onUndo(deleted.users)}>Undo</button>
      <span class="note">
        {isMany ? "For ten seconds: creates them anew with the data they had" : "For ten seconds: creates it anew with the data it had"}
        {isRounded ? ", but for numbers beyond 2⁵³, which come back rounded" : ""}; created_at will be new.
      </span>
    </p>
  );
}
