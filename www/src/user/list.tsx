// All users of the store, page by page: sorted, searched, and opened with a click.

import { useEffect } from "preact/hooks";

import type { Session, UserRow } from "../service/types";
import { session } from "../state";
import { counted, grouped, sentence, shortened } from "../text";
import { openUser } from "./actions";
import { isReading, more, problem, reload, shown, want, wanted, type Shown } from "./listing";

const MAX_SUMMARY = 90;

export function UserList() {
  const current = session.value;
  // Anew each time that it is shown: an import may have changed what is stored.
  useEffect(() => void reload(), [current]);
  if (!current?.list) return null;
  const now = shown.value;
  const { prefix, search, sort } = wanted.value;
  return (
    <section class="card" aria-labelledby="list-title" id="all-users">
      <h2 id="list-title">All users</h2>
      <div class="toolbar">
        <input type="search" id="prefix" placeholder="Id begins with" aria-label="Id begins with" value={prefix}
          onInput={(event) => want({ prefix: event.currentTarget.value.trim() })} />
        <input type="search" id="search" placeholder="Data contains" aria-label="Data contains" value={search}
          onInput={(event) => want({ search: event.currentTarget.value.trim() })} />
        <select id="sort" aria-label="Sort by" value={sort} onChange={(event) => want({ sort: event.currentTarget.value })}>
          {current.sorts.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        </select>
      </div>
      <p class="problem" role="alert">{problem.value && sentence(problem.value)}</p>
      <p class="note" role="status" id="list-count" aria-busy={isReading.value}>{now ? said(now, search) : "Reading the list …"}</p>
      {now && now.users.length > 0 && <Table users={now.users} session={current} />}
      {now?.next !== undefined && (
        <div class="buttons">
          <button type="button" id="more" class={isReading.value ? "busy" : ""} aria-disabled={isReading.value} onClick={() => void more()}>
            {search ? "Search on" : "Load more"}
          </button>
        </div>
      )}
    </section>
  );
}

function Table({ users, session }: { users: readonly UserRow[]; session: Session }) {
  const hasChanged = session.service === "Stream";
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label="Table of all users">
      <table id="list">
        <thead>
          <tr>
            <th scope="col">Id</th>
            <th scope="col">Data</th>
            <th scope="col" class="time">Created</th>
            {hasChanged && <th scope="col" class="time">Updated</th>}
          </tr>
        </thead>
        <tbody>
          {users.map(({ id, data, created, changed }) => (
            <tr key={id}>
              <td class="id">
                <button type="button" class="link mono" onClick={() => void openUser(id)} title={`Open ${id}`}><bdi>{id}</bdi></button>
              </td>
              <td class="summary"><bdi>{shortened(JSON.stringify(data) ?? "", MAX_SUMMARY)}</bdi></td>
              <td class="time"><Time of={created} /></td>
              {hasChanged && <td class="time"><Time of={changed} /></td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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

function said({ users, next, total }: Shown, search: string): string {
  const { length } = users;
  if (search) return `${counted(length, "user")} found${next === undefined ? "" : " so far"}`;
  if (next === undefined) return length === 0 ? "No users" : counted(length, "user");
  return `The first ${grouped(length)} of ${total === undefined ? `more than ${grouped(50_000)}` : grouped(total)} users`;
}
