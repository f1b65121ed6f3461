// An import: check the file, send its users, pause, resume. There is one at a time, in a signal that the panel shows.

import { signal } from "@preact/signals";
import type { ImportFailure, StreamApiError } from "user-handle";

import type { Session } from "../service/types";
import { lastAction, session } from "../state";
import { checkpoints, clearCheckpoint, findCheckpoint, saveCheckpoint, type Checkpoint, type Origin } from "./checkpoint";
import { changed, RowProblem, unfit, type Column } from "./columns";
import type { Encoding } from "./encoding";
import { inspectFile, type FileInfo } from "./file-info";
import { RepeatedIds, type Repeated } from "./repeated";
import { preview, usersOf } from "./source";

const PREVIEW_ROWS = 5;
/**
 * Batches to split a file into: enough that the bar moves and a pause loses little, and no more than that, because
 * services limit the number of requests.
 */
const BATCHES = 100;
const [MIN_BATCH, MAX_BATCH] = [100, 1_000];
/** Saving the position after every batch would cost more than sending a few users again. */
const SAVE_EVERY_MS = 250;

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
  /** The names of files that came with it: one is imported at a time. */
  leftOut: readonly string[];
  /** What the file is, once that is known. */
  info: FileInfo | undefined;
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
  /** Why a batch is sent once more, while no other gets through; empty if there is no such trouble. */
  trouble: string;
  override: boolean;
  /** The rows of the failures, while they are being mended in the page. */
  mending: string | undefined;
  /** Why it stopped by itself; empty if it did not. */
  problem: string;
}

export const job = signal<Job | undefined>(undefined);

let controller: AbortController | undefined;

const update = (change: Partial<Job>): void => {
  if (job.value) job.value = { ...job.value, ...change };
};

/** Ends the check or the sending that runs and begins another, which is no longer changed by what the first still does. */
function begin() {
  controller?.abort();
  const own = (controller = new AbortController());
  const isCurrent = () => controller === own;
  return {
    signal: own.signal,
    isCurrent,
    update(change: Partial<Job>): void {
      if (isCurrent()) update(change);
    },
  };
}

const target = ({ root, key }: Session): string => `${root} ${key}`;

const origin = (session: Session, { name, size, lastModified: modified }: File): Origin => ({ target: target(session), file: { name, size, modified } });

/** The imports that were left unfinished, the last one first; none while there is one. */
export const unfinished = (session: Session): readonly Checkpoint[] => (job.value ? [] : checkpoints(target(session)));

const UNCHECKED = { total: 0, repeated: { count: 0, ids: [], hasMore: false }, refused: [], problem: "" };

/** What the columns of the last CSV file were taken for: a file of its failures has the same. */
let lastColumns: readonly Column[] = [];

function asBefore(columns: readonly Column[]): readonly Column[] {
  const isSame = columns.length === lastColumns.length && columns.every(({ name }, i) => name === lastColumns[i]?.name);
  return isSame ? columns.map(({ example }, i) => ({ ...(lastColumns[i] as Column), example })) : columns;
}

/** Finds out what the first file is, and checks it. */
export async function checkFile(session: Session, [file, ...others]: readonly File[]): Promise<void> {
  if (file === undefined) return;
  stop();
  const run = begin();
  job.value = {
    ...UNCHECKED, phase: "checking", file, leftOut: others.map(({ name }) => name), info: undefined, preview: [], failures: [], checkpoint: 0, perSecond: 0, trouble: "",
    override: false, mending: undefined,
  };
  try {
    const earlier = findCheckpoint(origin(session, file));
    const found = await inspectFile(file, earlier?.encoding);
    if (run.signal.aborted) return;
    if (earlier) {
      run.update({ checkpoint: earlier.checkpoint, override: earlier.override, failures: earlier.failures });
      run.update({ info: { ...found, columns: earlier.columns } });
    } else {
      run.update({ info: { ...found, columns: asBefore(found.columns) } });
    }
    await check(session);
  } catch (error) {
    run.update({ phase: "unreadable", problem: reasonOf(error as Error) });
  }
}

/** Reads a CSV file as another encoding, and checks it again. */
export async function setEncoding(session: Session, encoding: Encoding): Promise<void> {
  const now = job.value;
  if (now?.info === undefined) return;
  const run = begin();
  run.update({ ...UNCHECKED, phase: "checking", info: { ...now.info, encoding } });
  try {
    const found = await inspectFile(now.file, encoding);
    if (run.signal.aborted) return;
    run.update({ info: { ...found, columns: asBefore(found.columns) } });
    await check(session);
  } catch (error) {
    run.update({ phase: "unreadable", problem: reasonOf(error as Error) });
  }
}

/** Takes a column of a CSV file for something else, and checks the file again. */
export async function setColumn(session: Session, index: number, change: Partial<Column>): Promise<void> {
  const now = job.value;
  if (now?.info === undefined) return;
  update({ info: { ...now.info, columns: changed(now.info.columns, index, change) } });
  await check(session);
}

/** Checks the whole file by the rules of the package, and sends nothing. */
async function check(session: Session): Promise<void> {
  const now = job.value;
  if (now?.info === undefined) return;
  const run = begin();
  const found = now.info;
  if (found.format === "CSV") {
    const problem = unfit(found.columns);
    if (problem !== undefined) return run.update({ ...UNCHECKED, phase: "unfit", preview: [], problem });
    lastColumns = found.columns;
  }
  const refused = new Map<number, Failure>();
  const lines: number[] = [];
  const ids = new RepeatedIds();
  run.update({ ...UNCHECKED, phase: "checking" });
  try {
    const first = await preview(now.file, found, PREVIEW_ROWS);
    if (run.signal.aborted) return;
    run.update({ preview: first });
    const reading = { checkId: session.checkId, onId: (id: string) => ids.add(id), onLine: (line: number) => lines.push(line) };
    const report = await session.rehearseImport?.(await usersOf(now.file, found, reading), {
      signal: run.signal,
      onFailure: (failure) => refused.set(failure.index, toFailure(failure, lines)),
      onProgress: ({ read }) => run.update({ total: read }),
    });
    const phase = now.checkpoint > 0 ? "paused" : "checked";
    run.update({ phase, total: report?.read ?? 0, repeated: ids.found, refused: sortedByIndex(refused) });
  } catch (error) {
    run.update({ phase: "unreadable", problem: reasonOf(error as Error) });
  }
}

/** Sends the users that are left. */
export async function send(session: Session): Promise<void> {
  const now = job.value;
  if (now?.info === undefined || !["checked", "paused"].includes(now.phase)) return;
  const { file, info, total, override } = now;
  const run = begin();
  const { signal } = run;
  const failures = new Map(now.failures.map((failure) => [failure.index, failure]));
  const lines: number[] = [];
  let { checkpoint } = now;
  let savedAt = -Infinity;
  // By its own values: the job may be gone, or be that of another file.
  const save = () => {
    savedAt = performance.now();
    saveCheckpoint({ ...origin(session, file), encoding: info.encoding, columns: info.columns, checkpoint, total, override, failures: sortedByIndex(failures) });
  };
  run.update({ phase: "sending", problem: "", trouble: "" });
  lastAction.value = { verb: "import", id: file.name, value: undefined, read: { ...info, override } };
  save();
  // At once, before another file takes its place.
  signal.addEventListener("abort", save);
  try {
    const reading = { checkId: session.checkId, onLine: (line: number) => lines.push(line) };
    const report = await session.importUsers?.(await usersOf(file, info, reading), {
      signal,
      override,
      resumeFrom: checkpoint,
      batchSize: Math.max(MIN_BATCH, Math.min(MAX_BATCH, Math.ceil(total / BATCHES))),
      onFailure: (failure) => failures.set(failure.index, toFailure(failure, lines)),
      onProgress({ checkpoint: reached, perSecond }) {
        checkpoint = reached;
        run.update({ checkpoint, perSecond });
        if (run.isCurrent() && performance.now() - savedAt > SAVE_EVERY_MS) save();
      },
    });
    if (!run.isCurrent()) return;
    run.update({ phase: "done", checkpoint: report?.checkpoint ?? total, failures: sortedByIndex(failures) });
    clearCheckpoint(origin(session, file));
  } catch (error) {
    if (!run.isCurrent()) return;
    // Nothing is lost: users that were not acknowledged are sent again, which does no harm where they were stored.
    run.update({ phase: "paused", failures: sortedByIndex(failures), problem: signal.aborted ? "" : reasonOf(error as Error) });
    save();
  } finally {
    signal.removeEventListener("abort", save);
  }
}

export const pause = (): void => controller?.abort();

/** The text of the rows that are mended in the page. */
export const setMending = (mending: string | undefined): void => update({ mending });

/** The same, of the rows of a file: another may have been chosen while they were read. */
export function beginMending(rows: string, of: File): void {
  if (job.value?.file === of) setMending(rows);
}

export const setOverride = (override: boolean): void => update({ override });

/** Gives the import up. Users that were stored stay stored. */
export function discard(session: Session): void {
  const file = job.value?.file;
  stop();
  if (file) clearCheckpoint(origin(session, file));
}

/** Ends the import; called when the client is closed or another file is chosen. */
export function stop(): void {
  controller?.abort();
  job.value = undefined;
}

/** What the file's reader threw is the cause of what the import says. */
const reasonOf = ({ cause, message }: Error): string => (cause instanceof Error ? cause.message : message);

/** With the line of the file that the user is in, where the lines are known: those of CSV. */
function toFailure({ index, id, error }: ImportFailure, lines: readonly number[]): Failure {
  if (error.cause instanceof RowProblem) return { index, id, message: error.cause.message };
  // The row's number is shown already, so `users[17].data.born is …` is cut to `data.born is …`.
  const message = error.message.replace(/^users\[\d+\]\./, "").replace(/^users\[\d+\] /, "the user ");
  const line = lines[index];
  return { index, id, message: line === undefined ? message : `line ${line}: ${message}` };
}

const sortedByIndex = (failures: Map<number, Failure>): Failure[] =>
  [...failures.values()].sort((one, other) => one.index - other.index);

/** The failures as NDJSON. */
export const toNdjson = (failures: readonly Failure[]): string => failures.map((each) => `${JSON.stringify(each)}\n`).join("");

session.subscribe((current) => {
  // After a disconnect, nothing more is sent.
  if (current === undefined) return stop();
  const tell = (operation: string, trouble: string) => {
    if (operation === "addUsers" && job.peek()?.phase === "sending" && job.peek()?.trouble !== trouble) update({ trouble });
  };
  const tellOf = (operation: string, error: unknown) => {
    const { retryable, status } = error as Partial<StreamApiError>;
    if (retryable) tell(operation, status === undefined ? "The service does not answer" : `The service answers ${status}`);
  };
  current.on("retry", ({ operation, attempt, error }) => {
    // One attempt that fails is nothing to tell: the next one may be answered at once.
    if (attempt > 1) tellOf(operation, error);
  });
  // The import waits, and makes another call.
  current.on("end", ({ operation, error }) => tellOf(operation, error ?? {}));
  current.on("response", ({ operation, status }) => {
    if (status < 400) tell(operation, "");
  });
});
