// What brings back what was just deleted.

import { exceptRounded, undoable, type Deleted } from "./undo";

export function UndoNote({ isMany, onUndo }: { isMany: boolean; onUndo: (deleted: Deleted) => void }) {
  const deleted = undoable.value;
  if (!deleted || deleted.isMany !== isMany) return null;
  return (
    <p class="undo" id="undo-note">
      <button type="button" id="undo" onClick={() => onUndo(deleted)}>Undo</button>
      <span class="note">
        {isMany ? "For ten seconds: creates them again with the data they had" : "For ten seconds: creates it again with the data it had"}
        {exceptRounded(deleted.users, "come")}; created_at will be new.
      </span>
    </p>
  );
}
