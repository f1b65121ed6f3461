// What the parts of the page share. All of it is in memory: a tab that is closed leaves nothing behind.

import { signal } from "@preact/signals";

import type { FileInfo } from "./import/file-info";
import type { Session, UserRow, Verb } from "./service/types";

export const session = signal<Session | undefined>(undefined);

/** Users that some answer has shown, the latest first. */
export const seen = signal<readonly UserRow[]>([]);

/** The last action: what the code that is shown does. */
export interface Action {
  verb: Verb | "import" | "deleteUsers";
  id: string;
  value: unknown;
  /** How the file of an import was read and sent. */
  read?: FileInfo & { override: boolean };
}
export const lastAction = signal<Action | undefined>(undefined);

/** The rate limit is read from the client after each answer. */
export const rateLimit = signal<ReturnType<Session["rateLimit"]>>(undefined);

export function see(user: UserRow): void {
  const known = seen.value.find(({ id }) => id === user.id);
  // Only a profile has counts; a later answer without them does not take them away.
  const { followers = known?.followers, following = known?.following } = user;
  seen.value = [{ ...user, followers, following }, ...seen.value.filter(({ id }) => id !== user.id)];
}

export function forget(id: string): void {
  seen.value = seen.value.filter((user) => user.id !== id);
}

export function open(next: Session): void {
  close();
  session.value = next;
}

export function close(): void {
  session.value?.close();
  session.value = undefined;
  seen.value = [];
  lastAction.value = undefined;
  rateLimit.value = undefined;
}
