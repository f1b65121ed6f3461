// A file as users, one after the other: NDJSON as it is, CSV by its columns. Read as far as it is needed, and again from its
// start for each pass.

import type { NewUser } from "user-handle";

import { idOf, RowProblem, toUser } from "./columns";
import type { FileInfo } from "./file-info";

/** What `users.import` takes. */
type Users = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | AsyncIterable<NewUser>;

interface Reading {
  /** What is wrong with an id, by the rules of the package. */
  checkId: (id: string) => string | undefined;
  /** Hears each id. */
  onId?: (id: string) => void;
  /** Hears the line of each row of a CSV file. */
  onLine?: (line: number) => void;
}

/** The users, to be sent or only to be checked. */
export async function usersOf(file: File, info: FileInfo, reading: Reading): Promise<Users> {
  if (info.format === "CSV") return fromRows(file, info, reading);
  const { onId } = reading;
  return onId ? heard(file.stream(), (line) => onId(idIn(line))) : file.stream();
}

async function* fromRows(file: File, info: FileInfo, { checkId, onId, onLine }: Reading): AsyncIterable<NewUser> {
  const { rowsOf } = await import("./csv");
  const { columns } = info;
  for await (const row of rowsOf(file, info)) {
    const id = idOf(columns, row);
    onId?.(id);
    onLine?.(row.line);
    try {
      yield toUser(columns, row, checkId);
    } catch (problem) {
      yield unreadable(id, problem as Error);
    }
  }
}

/** A user whose data nobody can read: the import tells of it as of any other that it cannot send, and goes on. */
const unreadable = (id: string, problem: Error): NewUser => ({
  id,
  get data(): never {
    throw problem;
  },
});

/** The first users of a file, as they would be sent. */
export async function preview(file: File, info: FileInfo, count: number): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const user of info.format === "NDJSON" ? parsedLines(file.stream()) : readable(file, info)) {
    found.push(user);
    if (found.length === count) break;
  }
  return found;
}

async function* readable(file: File, info: FileInfo): AsyncIterable<NewUser> {
  const { rowsOf } = await import("./csv");
  for await (const row of rowsOf(file, info)) {
    try {
      yield toUser(info.columns, row, () => undefined);
    } catch (problem) {
      if (!(problem instanceof RowProblem)) throw problem;
    }
  }
}

/** These users of a file, counted from 0, as the file has them: a file of its own, to mend and to import. */
export async function extract(file: File, info: FileInfo, indexes: ReadonlySet<number>): Promise<string> {
  if (info.format === "CSV") return (await import("./csv")).extractRows(file, info, indexes);
  let found = "";
  let index = 0;
  for await (const line of lines(file.stream())) {
    if (indexes.has(index)) found += `${line}\n`;
    index += 1;
  }
  return found;
}

async function* parsedLines(bytes: ReadableStream<Uint8Array>): AsyncIterable<unknown> {
  for await (const line of lines(bytes)) yield parsed(line) ?? line;
}

/** The lines that hold anything. */
async function* lines(bytes: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const found: string[] = [];
  for await (const _ of heard(bytes, (line) => found.push(line))) yield* found.splice(0);
  yield* found;
}

/** The same bytes, and meanwhile to `onLine` the lines in them that hold anything. */
async function* heard(bytes: ReadableStream<Uint8Array>, onLine: (line: string) => void): AsyncIterable<Uint8Array> {
  const reader = bytes.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  const hear = (text: string) => {
    const found = (rest + text).split("\n");
    rest = found.pop() ?? "";
    for (const line of found) if (line.trim() !== "") onLine(line);
  };
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      hear(decoder.decode(value, { stream: true }));
      yield value;
    }
    hear(`${decoder.decode()}\n`);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function idIn(line: string): string {
  const { id } = (parsed(line) ?? {}) as { id?: unknown };
  return typeof id === "string" ? id : "";
}

/** Undefined where the line is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
