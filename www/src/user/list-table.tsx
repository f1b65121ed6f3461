// The rows of the list.

import type { Session, UserRow } from "../service/types";
import { shortened } from "../text";
import { openUser } from "./actions";
import { inexact } from "./inexact";
import { fields } from "./listing";
import { choose, chosen } from "./many";
import { member } from "./member";

const MAX_SUMMARY = 90;

export function ListTable({ users, session }: { users: readonly UserRow[]; session: Session }) {
  const hasChanged = session.service === "Stream";
  const ids = users.map(({ id }) => id);
  const areAll = ids.every((id) => chosen.value.has(id));
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label="Table of all users">
      <table id="list">
        <thead>
          <tr>
            {session.many && (
              <th scope="col" class="box">
                <label class="tick">
                  <input type="checkbox" id="choose-all" aria-label="Choose all that are shown" checked={areAll} onChange={() => choose(ids, !areAll)} />
                </label>
              </th>
            )}
            <th scope="col">Id</th>
            {fields.value.length === 0 && <th scope="col">Data</th>}
            {fields.value.map((name) => <th scope="col" key={name}><bdi>{name}</bdi></th>)}
            <th scope="col" class="time">Created</th>
            {hasChanged && <th scope="col" class="time">Updated</th>}
          </tr>
        </thead>
        <tbody>
          {users.map(({ id, data, created, changed }) => (
            <tr key={id}>
              {session.many && (
                <td class="box">
                  <label class="tick">
                    <input type="checkbox" aria-label={`Choose ${id}`} checked={chosen.value.has(id)} onChange={() => choose([id], !chosen.value.has(id))} />
                  </label>
                </td>
              )}
              <td class="id">
                <button type="button" class="link mono" onClick={() => void openUser(id)} title={`Open ${id}`}><bdi>{id}</bdi></button>
              </td>
              {fields.value.length === 0 && <Summary of={data} />}
              {fields.value.map((name) => <Summary key={name} of={member(data, name)} />)}
              <td class="time"><Time of={created} /></td>
              {hasChanged && <td class="time"><Time of={changed} /></td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whatever its direction, the text of a user stays within its cell. */
function Summary({ of }: { of: unknown }) {
  const text = typeof of === "string" ? of : (JSON.stringify(of) ?? "");
  const isRounded = inexact(of).length > 0;
  return (
    <td class="summary">
      {isRounded && <abbr title="With numbers beyond 2⁵³, shown as JavaScript reads them">≈ </abbr>}
      <bdi>{shortened(text, MAX_SUMMARY)}</bdi>
    </td>
  );
}

/** In the reader's time zone; the exact time is a hover away. */
function Time({ of }: { of: string | undefined }) {
  if (of === undefined) return <>–</>;
  const date = new Date(of);
  return <time dateTime={of} title={of}>{Number.isNaN(date.getTime()) ? of : written(date)}</time>;
}

function written(date: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
