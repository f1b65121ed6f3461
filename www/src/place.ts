// Where one is, as the page's address says it: `#/users`, `#/users/ada`, `#/import`. The browser's Back and Forward lead there.

import { signal } from "@preact/signals";

export type View = "users" | "import";

export interface Place {
  view: View;
  /** The id of the user that is open. */
  user?: string;
}

export function placeOf(hash: string): Place {
  const [, view, user] = hash.split("/");
  if (view === "import") return { view };
  return user ? { view: "users", user: decoded(user) } : { view: "users" };
}

export const hashOf = ({ view, user }: Place): string => `#/${view}${user === undefined ? "" : `/${encodeURIComponent(user)}`}`;

/** What the browser's tab and its history say. */
export function titleOf({ view, user }: Place, isConnected: boolean): string {
  const name = !isConnected ? "Connect" : (user ?? (view === "import" ? "Import" : "Users"));
  return `${name} · user-handle console`;
}

export const place = signal(placeOf(location.hash));

/** Goes there, so that Back leads to where one is now. */
export function goTo(next: Place): void {
  if (hashOf(next) === hashOf(place.peek())) return;
  history.pushState(null, "", hashOf(next));
  place.value = next;
}

/** An address that somebody typed may be no encoding of anything. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
