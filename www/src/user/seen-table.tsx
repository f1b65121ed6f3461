// The users that some answer has shown.

import { useSignal } from "@preact/signals";

import { CopyButton } from "../copy";
import type { Session, UserRow } from "../service/types";
import { lastAction, see, seen, session } from "../state";
import { grouped, sentence, shortened } from "../text";
import { openUser } from "./actions";

/** More rows than one reads; the filter finds the others. */
const MAX_ROWS = 100;
const MAX_SUMMARY = 90;

export function SeenTable() {
  const filter = useSignal("");
  const problem = useSignal("");
  const current = session.value;
  // Beside the list of all users it is for what only some answers have.
  if (!current || (current.list && seen.value.length === 0)) return null;
  const wanted = filter.value.trim().toLowerCase();
  const found = seen.value.filter((user) => `${user.id} ${JSON.stringify(user.data)}`.toLowerCase().includes(wanted));

  async function attempt(work: () => Promise<void>) {
    problem.value = "";
    await work().catch((error: Error) => (problem.value = sentence(error.message)));
  }

  return (
    <section class="card" aria-labelledby="seen-title">
      <h2 id="seen-title">Users seen</h2>
      <div class="toolbar">
        <input type="search" id="filter" placeholder="Filter" aria-label="Filter users by id or data"
          onInput={(event) => (filter.value = event.currentTarget.value)} />
        {current.verbs.includes("profile") && (
          <button type="button" id="counts" onClick={() => void attempt(() => countFollows(current, found.slice(0, MAX_ROWS)))}>
            Follow counts
          </button>
        )}
        {current.all && <button type="button" id="list-all" onClick={() => void attempt(() => listAll(current))}>List all</button>}
      </div>
      <p class="problem" role="alert">{problem}</p>
      <p class="note" role="status" id="seen-count">{said(found.length, seen.value.length)}</p>
      {found.length > 0 && (
        <div class="scroll" role="region" tabIndex={0} aria-label="Table of users seen">
          <table id="seen">
            <thead>
              <tr>
                <th scope="col">Id</th>
                <th scope="col">Data</th>
                {current.verbs.includes("profile") && <><th scope="col">Followers</th><th scope="col">Following</th></>}
                <th scope="col" class="reference">Reference</th>
              </tr>
            </thead>
            <tbody>{found.slice(0, MAX_ROWS).map((user) => <Row key={user.id} user={user} session={current} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ user, session }: { user: UserRow; session: Session }) {
  const reference = session.reference(user.id) ?? user.id;
  const count = (number: number | undefined) => <td class="number">{number === undefined ? "–" : grouped(number)}</td>;
  return (
    <tr>
      <td class="id">
        <button type="button" class="link mono" onClick={() => void openUser(user.id)} title={`Open ${user.id}`}>
          <bdi>{user.id}</bdi>
        </button>
      </td>
      {/* Whatever its direction, the text of a user stays within its cell. */}
      <td class="summary"><bdi>{shortened(JSON.stringify(user.data) ?? "", MAX_SUMMARY)}</bdi></td>
      {session.verbs.includes("profile") && <>{count(user.followers)}{count(user.following)}</>}
      <td class="reference"><CopyButton text={reference} label={reference}>{reference}</CopyButton></td>
    </tr>
  );
}

async function countFollows(session: Session, users: readonly UserRow[]): Promise<void> {
  const { signal } = new AbortController();
  for (const { id } of users) {
    lastAction.value = { verb: "profile", id, value: undefined };
    const { user } = await session.call("profile", id, undefined, signal);
    if (user) seen.value = seen.value.map((each) => (each.id === id ? user : each));
  }
}

async function listAll(session: Session): Promise<void> {
  let left = 1_000;
  for await (const user of session.all?.() ?? []) {
    see(user);
    if ((left -= 1) === 0) break;
  }
}

function said(found: number, all: number): string {
  if (all === 0) return "Users show here once an answer has them.";
  const rows = found > MAX_ROWS ? `, the first ${MAX_ROWS} shown` : "";
  return found === all ? `${grouped(all)} seen${rows}` : `${grouped(found)} of ${grouped(all)}${rows}`;
}
