// How far an import has come, for a page that is loaded again. It is kept for the tab, not beyond, and has no secret and no
// user in it but the ids of those that failed: the file is chosen again, and recognised.

import type { Column } from "./columns";
import type { Failure } from "./job";

const KEY = "user-handle import";
/** What a tab keeps is limited; of more failures the rest is told to be missing. */
const MAX_FAILURES = 1_000;

export interface Checkpoint {
  /** Where it went: another app starts anew. */
  target: string;
  file: { name: string; size: number; modified: number };
  /** What those of a CSV file were taken for. */
  columns: readonly Column[];
  checkpoint: number;
  total: number;
  /** Whether users that exist are replaced. */
  override: boolean;
  failures: readonly Failure[];
}

export const isForFile = ({ file }: Checkpoint, given: File): boolean =>
  file.name === given.name && file.size === given.size && file.modified === given.lastModified;

export function saveCheckpoint(state: Checkpoint): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...state, failures: state.failures.slice(0, MAX_FAILURES) }));
  } catch {
    // A browser that keeps nothing: the import goes on, only a reload starts it anew.
  }
}

export function loadCheckpoint(target: string): Checkpoint | undefined {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Checkpoint | null;
    return found?.target === target ? found : undefined;
  } catch {
    return undefined;
  }
}

export function clearCheckpoint(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}
