// Back, Forward, an address that is typed and one that the page is opened with lead to the user that they name.

import { correctAddress, goTo, hashOf, place, placeOf } from "../place";
import { session } from "../state";
import { openUser } from "./actions";
import { isReadFor, userId } from "./draft";

addEventListener("hashchange", () => {
  const next = placeOf(location.hash);
  const before = place.peek();
  if (next === undefined) return correctAddress();
  if (hashOf(next) === hashOf(before)) return;
  place.value = next;
  if (session.peek() !== undefined) void arrive().then((isOpen) => isOpen || goTo(before));
});

session.subscribe((next) => {
  // Not within the change of the session, which others are still to hear of.
  if (next !== undefined) queueMicrotask(() => void arrive());
});

/** Whether what the address names is in the form. */
async function arrive(): Promise<boolean> {
  const { user } = place.peek();
  if (user === undefined || (user === userId.peek() && isReadFor(user))) return true;
  return openUser(user);
}
