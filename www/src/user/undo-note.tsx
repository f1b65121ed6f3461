// What brings back what was just deleted.

import { inexact } from "./inexact";
import { undoable, type Deleted } from "./undo";

export function UndoNote({ isMany, onUndo }: { isMany: boolean; onUndo: (deleted: Deleted) => void }) {
  const deleted = undoable.value;
  if (!deleted || deleted.isMany !== isMany) return null;
  const isRounded = deleted.users.some(({ data }) => inexact(data).length > 0);
  return (
    <p class="undo" id="undo-note">
      <button type="button" id="undo" onClick={() => onUndo(deleted)}>Undo</button>
      <span class="note">
        {isMany ? "For ten seconds: creates them again with the data they had" : "For ten seconds: creates it again with the data it had"}
        {isRounded ? ", but for numbers beyond 2⁵³, which come back rounded" : ""}; created_at will be new.
      </span>
    </p>
  );
}
