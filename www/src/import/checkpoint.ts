// How far imports have come, for a page that is loaded again or another file that is chosen. It is kept for the tab, not beyond,
// and has no secret and no user in it but the ids of those that failed: the file is chosen again, and recognised.

import { signal } from "@preact/signals";

import type { Column } from "./columns";
import type { Encoding } from "./encoding";
import type { Failure } from "./job";

const KEY = "user-handle import";
/** What a tab keeps is limited; of more failures the rest is told to be missing. */
const MAX_FAILURES = 1_000;
/** Of more imports than these, the one that was left longest ago is forgotten. */
const MAX_IMPORTS = 5;

/** Which import it is. */
export interface Origin {
  /** Where it goes: for another app an import begins from the start. */
  target: string;
  file: { name: string; size: number; modified: number };
}

export interface Checkpoint extends Origin {
  /** What the file was read as, and what the columns of a CSV file were taken for. */
  encoding: Encoding;
  columns: readonly Column[];
  checkpoint: number;
  total: number;
  /** Whether users that exist are replaced. */
  override: boolean;
  failures: readonly Failure[];
}

const isSame = (one: Origin, { target, file: { name, size, modified } }: Origin): boolean =>
  one.target === target && one.file.name === name && one.file.size === size && one.file.modified === modified;

/** The last one first. */
const kept = signal(read());

export const checkpoints = (target: string): readonly Checkpoint[] => kept.value.filter((each) => each.target === target);

export const findCheckpoint = (of: Origin): Checkpoint | undefined => kept.value.find((each) => isSame(each, of));

export function saveCheckpoint(state: Checkpoint): void {
  const others = kept.peek().filter((each) => !isSame(each, state));
  write([{ ...state, failures: state.failures.slice(0, MAX_FAILURES) }, ...others].slice(0, MAX_IMPORTS));
}

export const clearCheckpoint = (of: Origin): void => write(kept.peek().filter((each) => !isSame(each, of)));

function read(): readonly Checkpoint[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function write(all: readonly Checkpoint[]): void {
  kept.value = all;
  try {
    if (all.length === 0) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // A browser that keeps nothing: the import goes on, only a reload lets it begin from the start.
  }
}
