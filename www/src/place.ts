// Where one is, as the page's address says it: `#/users`, `#/users/ada`, `#/import`. The browser's Back and Forward lead there.

import { signal } from "@preact/signals";

export type View = "users" | "import";

export interface Place {
  view: View;
  /** The id of the user that is open. */
  user?: string;
}

/** Undefined for an address that leads nowhere in the page. */
export function placeOf(hash: string): Place | undefined {
  if (hash === "") return { view: "users" };
  const [, view, user] = /^#\/(users|import)(?:\/([^/]+))?$/.exec(hash) ?? [];
  if (view === "import" && user === undefined) return { view };
  if (view !== "users") return undefined;
  return user === undefined ? { view } : { view, user: decoded(user) };
}

export const hashOf = ({ view, user }: Place): string => `#/${view}${user === undefined ? "" : `/${encodeURIComponent(user)}`}`;

/** What the browser's tab and its history say. */
export function titleOf({ view, user }: Place, isConnected: boolean): string {
  const name = !isConnected ? "Connect" : (user ?? (view === "import" ? "Import" : "Users"));
  return `${name} · user-handle console`;
}

const first = placeOf(location.hash);

export const place = signal<Place>(first ?? { view: "users" });

if (first === undefined) correctAddress();

/** Puts where one is in place of an address that leads nowhere. */
export function correctAddress(): void {
  history.replaceState(null, "", hashOf(place.peek()));
}

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
