// An import: check the file, send its users, pause, resume. There is one at a time, in a signal that the panel shows.

import { signal } from "@preact/signals";
import type { ImportFailure } from "user-handle";

import type { Session } from "../service/types";
import { lastDeed, session } from "../state";
import { dropKept, isOf, keep, kept as earlierOf } from "./checkpoint";
import { changed, RowProblem, unfit, type Column } from "./columns";
import { look, type Look } from "./look";
import { RepeatedIds, type Repeated } from "./repeated";
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

export type Phase = "checking" | "unreadable" | "unfit" | "checked" | "sending" | "paused" | "done";

export interface Job {
  phase: Phase;
  file: File;
  /** What the file is, once that is known. */
  look: Look | undefined;
  preview: readonly unknown[];
  /** Users in the file. */
  total: number;
  /** Users that have the id of an earlier one. */
  repeated: Repeated;
  /** The users that the check refused. */
  refused: readonly Failure[];
  /** The users that were not stored, refused ones included. It is not updated while users are being sent. */
  failures: readonly Failure[];
  /** How many users, from the start of the file, have been dealt with. */
  checkpoint: number;
  perSecond: number;
  override: boolean;
  /** The rows of the failures, while they are being mended in the page. */
  mending: string | undefined;
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

const UNCHECKED = { total: 0, repeated: { count: 0, ids: [] }, refused: [], problem: "" };

/** What the columns of the last CSV file were taken for: a file of its failures has the same. */
let lastColumns: readonly Column[] = [];

function asBefore(columns: readonly Column[]): readonly Column[] {
  const isSame = columns.length === lastColumns.length && columns.every(({ name }, i) => name === lastColumns[i]?.name);
  return isSame ? columns.map(({ example }, i) => ({ ...(lastColumns[i] as Column), example })) : columns;
}

/** Finds out what the file is, and checks it. */
export async function choose(session: Session, file: File): Promise<void> {
  stop();
  const { signal } = (control = new AbortController());
  job.value = {
    ...UNCHECKED, phase: "checking", file, look: undefined, preview: [], failures: [], checkpoint: 0, perSecond: 0, override: false,
    mending: undefined,
  };
  try {
    const found = await look(file);
    if (signal.aborted) return;
    const earlier = earlierOf(target(session));
    if (earlier && isOf(earlier, file)) {
      set({ checkpoint: earlier.checkpoint, override: earlier.override, failures: earlier.failures });
      set({ look: { ...found, columns: earlier.columns } });
    } else {
      set({ look: { ...found, columns: asBefore(found.columns) } });
    }
    await check(session);
  } catch (error) {
    if (!signal.aborted) set({ phase: "unreadable", problem: reasonOf(error as Error) });
  }
}

/** Takes a column of a CSV file for something else, and checks the file anew. */
export async function setColumn(session: Session, index: number, change: Partial<Column>): Promise<void> {
  const now = job.value;
  if (now?.look === undefined) return;
  set({ look: { ...now.look, columns: changed(now.look.columns, index, change) } });
  await check(session);
}

/** Checks the whole file by the rules of the package, and sends nothing. */
async function check(session: Session): Promise<void> {
  const now = job.value;
  if (now?.look === undefined) return;
  control?.abort();
  const { signal } = (control = new AbortController());
  const found = now.look;
  if (found.format === "CSV") {
    const problem = unfit(found.columns);
    if (problem !== undefined) return set({ ...UNCHECKED, phase: "unfit", preview: [], problem });
    lastColumns = found.columns;
  }
  const refused = new Map<number, Failure>();
  const ids = new RepeatedIds();
  set({ ...UNCHECKED, phase: "checking" });
  try {
    const first = await preview(now.file, found, PREVIEW_ROWS);
    if (signal.aborted) return;
    set({ preview: first });
    const report = await session.rehearseImport?.(await usersOf(now.file, found, { checkId: session.checkId, onId: (id) => ids.add(id) }), {
      signal,
      onFailure: (failure) => refused.set(failure.index, told(failure)),
      onProgress: ({ read }) => set({ total: read }),
    });
    const phase = now.checkpoint > 0 ? "paused" : "checked";
    set({ phase, total: report?.read ?? 0, repeated: ids.found, refused: inOrder(refused) });
  } catch (error) {
    if (!signal.aborted) set({ phase: "unreadable", problem: reasonOf(error as Error) });
  }
}

/** Sends the users that are left. */
export async function send(session: Session): Promise<void> {
  const now = job.value;
  if (now?.look === undefined || !["checked", "paused"].includes(now.phase)) return;
  const { signal } = (control = new AbortController());
  const found = now.look;
  const failures = new Map(now.failures.map((failure) => [failure.index, failure]));
  let kept = -Infinity;
  const remember = () => {
    kept = performance.now();
    const { file, checkpoint, total, override } = job.value ?? now;
    const { name, size, lastModified: modified } = file;
    const columns = found.columns;
    keep({ target: target(session), file: { name, size, modified }, columns, checkpoint, total, override, failures: inOrder(failures) });
  };
  set({ phase: "sending", problem: "" });
  lastDeed.value = { verb: "import", id: now.file.name, value: undefined, read: { ...found, override: now.override } };
  remember();
  try {
    const report = await session.importUsers?.(await usersOf(now.file, found, session), {
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

export const setMending = (mending: string | undefined): void => set({ mending });

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
  if (error.cause instanceof RowProblem) return { index, id, message: error.cause.message };
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
