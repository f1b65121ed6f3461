// Who you are, what is left of the rate limit, and where to go.

import { goTo, place, type Place, type View } from "../place";
import { close, rateLimit, session } from "../state";
import { grouped } from "../text";
import { mayLose } from "../user/actions";
import { isReadFor, userId } from "../user/draft";
import { dropKept } from "./kept";

const VIEWS: readonly [View, string][] = [["users", "Users"], ["import", "Import"]];

export function SessionBar() {
  const { service, key, who, usesSecret } = session.value ?? {};
  const limit = rateLimit.value;
  return (
    <>
      <nav aria-label="Views">
        {VIEWS.map(([name, label]) => (
          <button key={name} type="button" aria-current={place.value.view === name ? "page" : undefined} onClick={() => goTo(name === "users" ? usersPlace() : { view: name })}>
            {label}
          </button>
        ))}
      </nav>
      <p class="who" id="who" role="status">
        <span>{service}<span class="key">{key && <> · <code>{key}</code></>}</span><span class="as"> · {who}</span></span>
        {usesSecret && <strong class="badge" title="The secret is in the memory of this page">secret in use</strong>}
      </p>
      {limit && isLow(limit) && (
        <p class="limit" id="rate-limit" role="status">
          {grouped(limit.remaining)} of {grouped(limit.limit)} requests left until {new Date(limit.reset * 1000).toLocaleTimeString()}
        </p>
      )}
      <button type="button" class="quiet" id="disconnect" onClick={() => void disconnect()}>Disconnect</button>
    </>
  );
}

/** With the user whose data the form still has. */
const usersPlace = (): Place => (isReadFor(userId.value) ? { view: "users", user: userId.value } : { view: "users" });

/** Worth saying once a fifth is left. */
const isLow = ({ remaining, limit }: { remaining: number; limit: number }): boolean => remaining * 5 <= limit;

async function disconnect(): Promise<void> {
  // The question is where the text is.
  if (place.value.view !== "users") goTo({ view: "users" });
  if (!(await mayLose("It goes when you disconnect.", "Disconnect"))) return;
  dropKept();
  goTo({ view: "users" });
  close();
}
