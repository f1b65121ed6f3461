// Who you are, what is left of the rate limit, and where to go.

import { close, rateLimit, session, view, type View } from "../state";
import { grouped } from "../text";

const VIEWS: readonly [View, string][] = [["users", "Users"], ["import", "Import"]];

export function SessionBar() {
  const { service, key, who, usesSecret } = session.value ?? {};
  const limit = rateLimit.value;
  return (
    <>
      <nav aria-label="Views">
        {VIEWS.map(([name, label]) => (
          <button key={name} type="button" aria-current={view.value === name ? "page" : undefined} onClick={() => (view.value = name)}>
            {label}
          </button>
        ))}
      </nav>
      <p class="who" id="who" role="status">
        <span>{service}{key && <> · <code>{key}</code></>} · {who}</span>
        {usesSecret && <strong class="badge" title="The secret is in the memory of this page">secret in use</strong>}
      </p>
      <p class="limit" id="rate-limit">
        {limit
          ? `${grouped(limit.remaining)} of ${grouped(limit.limit)} requests left until ${new Date(limit.reset * 1000).toLocaleTimeString()}`
          : "Rate limit: not known yet"}
      </p>
      <button type="button" class="quiet" id="disconnect" onClick={close}>Disconnect</button>
    </>
  );
}
