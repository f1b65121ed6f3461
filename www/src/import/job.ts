// An import from the file to the last user: check, send, pause, go on. One at a time, as signals that the panel shows.

import { signal } from "@preact/signals";
import type { ImportFailure } from "user-handle";

import { settle } from "../calls/log";
import type { Session } from "../service/types";
import { lastDeed, session } from "../state";
import { dropKept, isOf, keep, kept as found } from "./checkpoint";
import { formatOf, preview, usersOf, type Format } from "./source";

const PREVIEW_ROWS = 5;
/** A bar should move, and a pause lose little; but services count requests, so no more of them than that takes. */
const STEPS = 100;
const MAX_BATCH = 1_000;
/** Writing down the place after each batch would cost more than sending a few users again. */
const KEEP_EVERY_MS = 250;

/** A user that cannot be sent, or that was not stored. */
export interface Failure {
  index: number;
  id: string;
  message: string;
}

export type Phase = "none" | "checking" | "checked" | "sending" | "paused" | "done";

export interface Job {
  phase: Phase;
  file: File;
  format: Format;
  preview: readonly unknown[];
  /** Users in the file. */
  total: number;
  /** What the check found. */
  refused: readonly Failure[];
  /** What could not be stored, those that were refused included; while it is sending, as of its begin. */
  failures: readonly Failure[];
  /** So many users of the file are dealt with. */
  checkpoint: number;
  perSecond: number;
  override: boolean;
  /** Why it stopped by itself. */
  problem: string;
}

export const job = signal<Job | undefined>(undefined);

let control: AbortController | undefined;

const set = (change: Partial<Job>): void => {
  if (job.value) job.value = { ...job.value, ...change };
};

const target = ({ root, key }: Session): string => `${root} ${key}`;

/** What an earlier load of this page left unfinished. */
export const unfinished = (session: Session) => (job.value ? undefined : found(target(session)));

/** Reads the whole file by the rules of the package, and sends nothing. */
export async function choose(session: Session, file: File): Promise<void> {
  stop();
  const { signal } = (control = new AbortController());
  const fresh = { total: 0, refused: [], failures: [], checkpoint: 0, perSecond: 0, override: false, problem: "" };
  job.value = { ...fresh, phase: "checking", file, format: formatOf(file), preview: [] };
  try {
    set({ preview: await preview(file, PREVIEW_ROWS) });
    const refused = new Map<number, Failure>();
    const report = await session.rehearseImport?.(await usersOf(file), {
      signal,
      onFailure: (failure) => refused.set(failure.index, told(failure)),
      onProgress: ({ read }) => set({ total: read }),
    });
    const earlier = found(target(session));
    const resumed = earlier && isOf(earlier, file) ? { checkpoint: earlier.checkpoint, failures: earlier.failures } : {};
    const phase = "checkpoint" in resumed ? "paused" : "checked";
    set({ phase, total: report?.read ?? 0, refused: inOrder(refused), ...resumed });
  } catch (error) {
    if (!signal.aborted) set({ phase: "checked", problem: (error as Error).message });
  }
}

/** Sends what is left. */
export async function send(session: Session): Promise<void> {
  const now = job.value;
  if (now === undefined || !["checked", "paused"].includes(now.phase)) return;
  const { signal } = (control = new AbortController());
  const failures = new Map(now.failures.map((failure) => [failure.index, failure]));
  let kept = -Infinity;
  const remember = () => {
    kept = performance.now();
    const { file, checkpoint, total } = job.value ?? now;
    const { name, size, lastModified: modified } = file;
    keep({ target: target(session), file: { name, size, modified }, checkpoint, total, failures: inOrder(failures) });
  };
  set({ phase: "sending", problem: "" });
  lastDeed.value = { verb: "import", id: now.file.name, value: undefined };
  remember();
  try {
    const report = await session.importUsers?.(await usersOf(now.file), {
      signal,
      override: now.override,
      resumeFrom: now.checkpoint,
      batchSize: Math.max(1, Math.min(MAX_BATCH, Math.ceil(now.total / STEPS))),
      onFailure: (failure) => failures.set(failure.index, told(failure)),
      onProgress({ checkpoint, perSecond }) {
        set({ checkpoint, perSecond });
        if (performance.now() - kept > KEEP_EVERY_MS) remember();
      },
    });
    set({ phase: "done", checkpoint: report?.checkpoint ?? now.total, failures: inOrder(failures) });
    dropKept();
  } catch (error) {
    // Nothing is lost: what was not acknowledged is sent again, which leaves what is stored as it is.
    set({ phase: "paused", failures: inOrder(failures), problem: signal.aborted ? "" : (error as Error).message });
    remember();
  } finally {
    settle(signal.aborted ? "paused" : "no answer");
  }
}

export const pause = (): void => control?.abort();

export const setOverride = (override: boolean): void => set({ override });

/** Gives it up: what is stored stays. */
export function discard(): void {
  stop();
  dropKept();
}

/** When the client is closed, or another file is chosen. */
export function stop(): void {
  control?.abort();
  job.value = undefined;
}

function told({ index, id, error }: ImportFailure): Failure {
  // `users[17].data.born is …`: the number of the row says that already.
  return { index, id, message: error.message.replace(/^users\[\d+\]\./, "").replace(/^users\[\d+\] /, "the user ") };
}

const inOrder = (failures: Map<number, Failure>): Failure[] =>
  [...failures.values()].sort((one, other) => one.index - other.index);

/** The failures as NDJSON. */
export const asFile = (failures: readonly Failure[]): string => failures.map((each) => `${JSON.stringify(each)}\n`).join("");

// Who disconnects sends nothing more.
session.subscribe((current) => {
  if (current === undefined) stop();
});
