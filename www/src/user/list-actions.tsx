// What can be done with the users of the list: other columns, a file of them, and, with those that are chosen, deletion.

import type { UserRow } from "../service/types";
import { counted } from "../text";
import { cancelExport, exported, exportListed, isExporting } from "./export";
import { fields, reload } from "./listing";
import { chosen, deleteChosen, done, isBusy, undoMany } from "./many";
import { QuestionView } from "./question";
import { UndoNote } from "./undo-note";

/** More columns than one reads. */
const MAX_FIELDS = 24;

export function ListActions({ users }: { users: readonly UserRow[] }) {
  const count = chosen.value.size;
  return (
    <>
      <div class="buttons" id="list-actions">
        {count > 0 && (
          <>
            <button type="button" class="copy danger" id="delete-chosen" aria-disabled={isBusy.value} onClick={() => void deleteChosen()}>
              Delete {counted(count, "user")}
            </button>
            <button type="button" class="copy" id="choose-none" onClick={() => (chosen.value = new Set())}>Choose none</button>
          </>
        )}
        <button type="button" class="copy" id="refresh" onClick={() => void reload()}>Refresh</button>
        {(users.length > 0 || count > 0) && (
          <>
            <button type="button" class="copy" id="export-ndjson" aria-disabled={isExporting.value} onClick={() => void exportListed("NDJSON")}>Export NDJSON</button>
            <button type="button" class="copy" id="export-csv" aria-disabled={isExporting.value} onClick={() => void exportListed("CSV")}>Export CSV</button>
          </>
        )}
        {isExporting.value && <button type="button" class="copy" id="cancel-export" onClick={cancelExport}>Cancel</button>}
      </div>
      <QuestionView at="list" />
      <p class="note" role="status" id="list-status">{[done.value, exported.value].filter(Boolean).join(" ")}</p>
      <UndoNote isMany={true} onUndo={(deleted) => void undoMany(deleted)} />
      <Fields users={users} />
    </>
  );
}

/** Which members of the data have a column: those that the users on the screen have are offered. */
function Fields({ users }: { users: readonly UserRow[] }) {
  const names = new Set(fields.value);
  for (const { data } of users) for (const name of Object.keys((data ?? {}) as object)) names.add(name);
  if (names.size === 0) return null;
  const toggle = (name: string) =>
    (fields.value = fields.value.includes(name) ? fields.value.filter((each) => each !== name) : [...fields.value, name]);
  return (
    <details id="fields">
      <summary>Columns</summary>
      <fieldset class="checks">
        <legend class="hidden">Members of the data with a column of their own</legend>
        {[...names].slice(0, MAX_FIELDS).map((name) => (
          <label key={name}>
            <input type="checkbox" checked={fields.value.includes(name)} onChange={() => toggle(name)} />
            <bdi>{name}</bdi>
          </label>
        ))}
      </fieldset>
    </details>
  );
}
