// A file as users, one after the other: NDJSON as it is, CSV by its first line. Read as far as it is needed, and again from
// its start for each pass.

import type { NewUser } from "user-handle";

import type { Look } from "./look";

/** What `users.import` takes. */
export type Users = ReadableStream<Uint8Array> | AsyncIterable<NewUser>;

export async function usersOf(file: File, look: Look): Promise<Users> {
  if (look.format === "NDJSON") return file.stream();
  const { rowsOf } = await import("./csv");
  return named(rowsOf(file, look), look.idColumn);
}

/** Each row as a user: its id, and of the other columns those that hold something; or `data` as JSON, if there is that. */
async function* named(rows: AsyncIterable<Record<string, string>>, idColumn: string): AsyncIterable<NewUser> {
  for await (const { [idColumn]: id, data, ...columns } of rows) {
    const filled = Object.fromEntries(Object.entries(columns).filter(([, text]) => text !== ""));
    yield { id: id ?? "", data: data ? withData(data, filled) : filled };
  }
}

function withData(json: string, columns: Record<string, string>): NewUser["data"] {
  try {
    const data: unknown = JSON.parse(json);
    if (typeof data === "object" && data !== null && !Array.isArray(data)) return { ...columns, ...data };
    // The rules say what is wrong with it.
    return data as NewUser["data"];
  } catch {
    return json as unknown as NewUser["data"];
  }
}

/** The first users of a file, as they would be sent. */
export async function preview(file: File, look: Look, count: number): Promise<unknown[]> {
  const found: unknown[] = [];
  const users = await usersOf(file, look);
  for await (const user of users instanceof ReadableStream ? parsedLines(users) : users) {
    found.push(user);
    if (found.length === count) break;
  }
  return found;
}

/** These users of a file, counted from 0, as the file has them: a file of its own, to mend and to import. */
export async function extract(file: File, look: Look, indexes: ReadonlySet<number>): Promise<string> {
  const isCsv = look.format === "CSV";
  const csv = isCsv ? await import("./csv") : undefined;
  const all: AsyncIterable<unknown> = csv ? csv.rowsOf(file, look) : lines(file.stream());
  const found: unknown[] = [];
  let index = 0;
  for await (const each of all) {
    if (indexes.has(index)) found.push(each);
    index += 1;
  }
  return csv ? csv.textOf(found as Record<string, string>[], look.delimiter) : found.map((line) => `${line}\n`).join("");
}

async function* parsedLines(bytes: ReadableStream<Uint8Array>): AsyncIterable<unknown> {
  for await (const line of lines(bytes)) yield orText(line);
}

/** The lines that hold anything. */
async function* lines(bytes: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const reader = bytes.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  try {
    for (let rest = "", isDone = false; !isDone; ) {
      const { value = "", done } = await reader.read();
      isDone = done;
      const found = (rest + value + (done ? "\n" : "")).split("\n");
      rest = found.pop() ?? "";
      for (const line of found) if (line.trim() !== "") yield line;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function orText(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
