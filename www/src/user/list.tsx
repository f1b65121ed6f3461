// All users of the store, page by page: sorted, searched, opened with a click, chosen, exported.

import { useEffect } from "preact/hooks";

import { session } from "../state";
import { counted, grouped, sentence } from "../text";
import { ListActions } from "./list-actions";
import { ListTable } from "./list-table";
import { isReading, more, problem, reload, shown, want, wanted, type Shown } from "./listing";

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
          onInput={(event) => want({ prefix: event.currentTarget.value })} />
        <input type="search" id="search" placeholder="Data contains" aria-label="Data contains" value={search}
          onInput={(event) => want({ search: event.currentTarget.value })} />
        <select id="sort" aria-label="Sort by" value={sort} onChange={(event) => want({ sort: event.currentTarget.value })}>
          {current.sorts.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        </select>
      </div>
      <p class="problem" role="alert">{problem.value && sentence(problem.value)}</p>
      <p class="note" role="status" id="list-count" aria-busy={isReading.value}>{now ? said(now, search.trim(), isReading.value) : problem.value ? "" : "Reading the list …"}</p>
      <ListActions users={now?.users ?? []} />
      {now && now.users.length > 0 && <ListTable users={now.users} session={current} />}
      {now?.next !== undefined && (
        <div class="buttons">
          <button type="button" id="more" class={isReading.value ? "busy" : ""} aria-disabled={isReading.value} onClick={() => void more()}>
            {search.trim() ? "Search on" : "Load more"}
          </button>
        </div>
      )}
    </section>
  );
}

function said({ users, next, total }: Shown, search: string, isReading: boolean): string {
  const { length } = users;
  if (next !== undefined && isReading && length === 0) return "Searching …";
  if (search) return `${counted(length, "user")} found${next === undefined ? "" : " so far"}`;
  if (next === undefined) return length === 0 ? "No users" : counted(length, "user");
  return `The first ${grouped(length)} of ${total === undefined ? `more than ${grouped(50_000)}` : grouped(total)} users`;
}
