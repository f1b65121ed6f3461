// What a tab remembers of its connection, for when it is reloaded. The browser forgets it with the tab. It may write what a tab
// remembers to its own files meanwhile, so a secret is among it only if whoever typed it wants that.

import type { Credentials, Session } from "../service/types";

const KEY = "user-handle connection";

export interface Kept {
  service: Session["service"];
  root: string;
  /** What was typed, as far as it may be kept. */
  key?: string;
  credential?: string;
}

/** What of it is kept: the key of Klaim is a secret too, and that of Stream is public. */
export function keepable(service: Session["service"], { root, key, credential }: Credentials, keepsSecrets: boolean): Kept {
  if (keepsSecrets) return { service, root, key, credential };
  return service === "Klaim" ? { service, root } : { service, root, key };
}

export function keep(connection: Kept): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(connection));
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
}

export function kept(): Kept | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function dropKept(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}
