// An import: check the file, send its users, pause, resume. There is one at a time, in a signal that the panel shows.

import { signal } from "@preact/signals";
import type { ImportFailure, NewUser } from "user-handle";

import type { Session } from "../service/types";
import { lastDeed, session } from "../state";
import { dropKept, isOf, keep, kept as earlierOf } from "./checkpoint";
import { look, type Look } from "./look";
import { preview, usersOf } from "./source";

const PREVIEW_ROWS = 5;
/**
 * Batches to split a file into: enough that the bar moves and a pause loses little, and no more than that, because
 * services limit the number of requests.
 */
const STEPS = 100;
const [MIN_BATCH, MAX_BATCH] = [100, 1_000];
/** Saving the position after every batch would cost more than sending a few users again. */
const KEEP_EVERY_MS = 250;

/** A user that cannot be sent or was not stored. */
export interface Failure {
  index: number;
  id: string;
  message: string;
}

export type Phase = "none" | "checking" | "unreadable" | "checked" | "sending" | "paused" | "done";

export interface Job {
  phase: Phase;
  file: File;
  /** What the file is, once that is known. */
  look: Look | undefined;
  preview: readonly unknown[];
  /** Users in the file. */
  total: number;
  /** Users of a CSV file that have the id of an earlier one. */
  repeated: number;
  /** The users that the check refused. */
  refused: readonly Failure[];
  /** The users that were not stored, refused ones included. It is not updated while users are being sent. */
  failures: readonly Failure[];
  /** How many users, from the start of the file, have been dealt with. */
  checkpoint: number;
  perSecond: number;
  override: boolean;
  /** Why it stopped by itself; empty if it did not. */
  problem: string;
}

export const job = signal<Job | undefined>(undefined);

let control: AbortController | undefined;

const set = (change: Partial<Job>): void => {
  if (job.value) job.value = { ...job.value, ...change };
};

const target = ({ root, key }: Session): string => `${root} ${key}`;

/** The import that was left unfinished before this page was reloaded, if there is one and no other has begun. */
export const unfinished = (session: Session) => (job.value ? undefined : earlierOf(target(session)));

/** Checks the whole file by the rules of the package, and sends nothing. */
export async function choose(session: Session, file: File): Promise<void> {
  stop();
  const { signal } = (control = new AbortController());
  const fresh = { total: 0, repeated: 0, refused: [], failures: [], checkpoint: 0, perSecond: 0, override: false, problem: "" };
  job.value = { ...fresh, phase: "checking", file, look: undefined, preview: [] };
  try {
    const found = await look(file);
    set({ look: found, preview: await preview(file, found, PREVIEW_ROWS) });
    const refused = new Map<number, Failure>();
    const users = await usersOf(file, found);
    const report = await session.rehearseImport?.(users instanceof ReadableStream ? users : withRepeated(users), {
      signal,
      onFailure: (failure) => refused.set(failure.index, told(failure)),
      onProgress: ({ read }) => set({ total: read }),
    });
    const earlier = earlierOf(target(session));
    const isResumed = earlier !== undefined && isOf(earlier, file);
    const resumed = isResumed ? { checkpoint: earlier.checkpoint, override: earlier.override, failures: earlier.failures } : {};
    const phase = isResumed ? "paused" : "checked";
    set({ phase, total: report?.read ?? 0, refused: inOrder(refused), ...resumed });
  } catch (error) {
    if (!signal.aborted) set({ phase: "unreadable", problem: reasonOf(error as Error) });
  }
}

/** Counts the users whose id was there before. */
async function* withRepeated(users: AsyncIterable<NewUser>): AsyncIterable<NewUser> {
  const ids = new Set<string>();
  let repeated = 0;
  for await (const user of users) {
    if (ids.has(user.id)) repeated += 1;
    ids.add(user.id);
    yield user;
  }
  set({ repeated });
}

/** Sends the users that are left. */
export async function send(session: Session): Promise<void> {
  const now = job.value;
  if (now?.look === undefined || !["checked", "paused"].includes(now.phase)) return;
  const { signal } = (control = new AbortController());
  const failures = new Map(now.failures.map((failure) => [failure.index, failure]));
  let kept = -Infinity;
  const remember = () => {
    kept = performance.now();
    const { file, checkpoint, total, override } = job.value ?? now;
    const { name, size, lastModified: modified } = file;
    keep({ target: target(session), file: { name, size, modified }, checkpoint, total, override, failures: inOrder(failures) });
  };
  set({ phase: "sending", problem: "" });
  lastDeed.value = { verb: "import", id: now.file.name, value: undefined };
  remember();
  try {
    const report = await session.importUsers?.(await usersOf(now.file, now.look), {
      signal,
      override: now.override,
      resumeFrom: now.checkpoint,
      batchSize: Math.max(MIN_BATCH, Math.min(MAX_BATCH, Math.ceil(now.total / STEPS))),
      onFailure: (failure) => failures.set(failure.index, told(failure)),
      onProgress({ checkpoint, perSecond }) {
        set({ checkpoint, perSecond });
        if (performance.now() - kept > KEEP_EVERY_MS) remember();
      },
    });
    set({ phase: "done", checkpoint: report?.checkpoint ?? now.total, failures: inOrder(failures) });
    dropKept();
  } catch (error) {
    // Nothing is lost: users that were not acknowledged are sent again, which does no harm where they were stored.
    set({ phase: "paused", failures: inOrder(failures), problem: signal.aborted ? "" : reasonOf(error as Error) });
    remember();
  }
}

export const pause = (): void => control?.abort();

export const setOverride = (override: boolean): void => set({ override });

/** Gives the import up. Users that were stored stay stored. */
export function discard(): void {
  stop();
  dropKept();
}

/** Ends the import; called when the client is closed or another file is chosen. */
export function stop(): void {
  control?.abort();
  job.value = undefined;
}

/** What the file's reader threw is the cause of what the import says. */
const reasonOf = ({ cause, message }: Error): string => (cause instanceof Error ? cause.message : message);

function told({ index, id, error }: ImportFailure): Failure {
  // The row's number is shown already, so `users[17].data.born is …` is cut to `data.born is …`.
  return { index, id, message: error.message.replace(/^users\[\d+\]\./, "").replace(/^users\[\d+\] /, "the user ") };
}

const inOrder = (failures: Map<number, Failure>): Failure[] =>
  [...failures.values()].sort((one, other) => one.index - other.index);

/** The failures as NDJSON. */
export const asFile = (failures: readonly Failure[]): string => failures.map((each) => `${JSON.stringify(each)}\n`).join("");

// After a disconnect, nothing more is sent.
session.subscribe((current) => {
  if (current === undefined) stop();
});
