// What the columns of a CSV file are taken for, to be changed before anything is sent.

import { useId } from "preact/hooks";

import type { Session } from "../service/types";
import { shortened } from "../text";
import { KINDS, type Column, type Kind } from "./columns";
import { setColumn } from "./job";

const LABELS: Record<Kind, string> = {
  id: "The id",
  text: "Text",
  number: "Number",
  boolean: "Yes or no",
  json: "JSON",
  object: "All the data",
  out: "Left out",
};
const MAX_EXAMPLE = 24;

export function Columns({ columns, session }: { columns: readonly Column[]; session: Session }) {
  const title = useId();
  return (
    <div class="field">
      <h3 id={title}>Columns, as the first rows look</h3>
      <div class="scroll" role="region" tabIndex={0} aria-labelledby={title}>
        <table id="columns">
          <thead>
            <tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Stored as</th></tr>
          </thead>
          <tbody>
            {columns.map((column, i) => (
              <tr key={i}>
                <td class="given"><bdi>{column.name}</bdi> <span class="example mono"><bdi>{shortened(column.example, MAX_EXAMPLE)}</bdi></span></td>
                <td>
                  <select aria-label={`Type of ${column.name}`} value={column.kind}
                    onChange={(event) => void setColumn(session, i, { kind: event.currentTarget.value as Kind })}>
                    {KINDS.map((kind) => <option key={kind} value={kind}>{LABELS[kind]}</option>)}
                  </select>
                </td>
                <td>
                  {["id", "object", "out"].includes(column.kind) ? "" : (
                    <input class="mono" aria-label={`${column.name} is stored as`} value={column.to} spellcheck={false} autocapitalize="off"
                      onChange={(event) => void setColumn(session, i, { to: event.currentTarget.value.trim() })} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">Empty cells are left out.</p>
    </div>
  );
}
