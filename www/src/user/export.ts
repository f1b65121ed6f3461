// The users of the list as a file: all that have what was searched for, or those that are chosen.

import { signal } from "@preact/signals";

import { save } from "../save";
import { MOST } from "../service/listing";
import type { Stored } from "../service/types";
import { session } from "../state";
import { counted } from "../text";
import { inexact } from "./inexact";
import { asked } from "./listing";
import { chosen } from "./many";
import { member } from "./member";

export type Format = "NDJSON" | "CSV";

/** What is said of it. */
export const exported = signal("");
export const isExporting = signal(false);

const CSV_KEEPS = ' CSV keeps no types: a text such as "42" is read as a number again, and empty texts and null are left out. NDJSON keeps everything.';

let control: AbortController | undefined;

export const cancelExport = (): void => control?.abort();

/** Reads the users page by page, and saves them as what the import reads. */
export async function exportListed(format: Format): Promise<void> {
  if (isExporting.peek()) return;
  const { signal } = (control = new AbortController());
  isExporting.value = true;
  exported.value = "Reading …";
  try {
    const users = await (chosen.peek().size > 0 ? chosenRows(signal) : listedRows(signal));
    await (format === "CSV" ? saveCsv(users) : saveLines(users));
    const rounded = users.filter(({ data }) => inexact(data).length > 0).length;
    const warning = rounded === 0 ? "" : ` ${counted(rounded, "user")} in it with numbers beyond 2⁵³, which are rounded.`;
    exported.value = `Exported ${counted(users.length, "user")}.${warning}${format === "CSV" ? CSV_KEEPS : ""}`;
  } catch (error) {
    exported.value = signal.aborted ? "Export cancelled." : `Not exported: ${(error as Error).message}.`;
  } finally {
    isExporting.value = false;
  }
}

async function listedRows(signal: AbortSignal): Promise<Stored[]> {
  const { list } = session.peek() ?? {};
  const query = asked();
  const found: Stored[] = [];
  for (let after: string | undefined, isMore = list !== undefined; isMore && list; isMore = after !== undefined) {
    const page = await list({ ...query, after, limit: MOST }, signal);
    found.push(...page.users.map(({ id, data }) => ({ id, data })));
    after = page.next;
    exported.value = `Reading: ${counted(found.length, "user")} …`;
  }
  return found;
}

async function chosenRows(signal: AbortSignal): Promise<Stored[]> {
  return (await session.peek()?.many?.read([...chosen.peek()], signal)) ?? [];
}

function saveLines(users: readonly Stored[]): void {
  save(users.map(({ id, data }) => `${JSON.stringify({ id, data })}\n`), "users.ndjson", "application/x-ndjson");
}

/** A column for each member that some user has; what is no text is written as JSON. */
async function saveCsv(users: readonly Stored[]): Promise<void> {
  const { textOf } = await import("../import/csv");
  const names = [...new Set(users.flatMap(({ data }) => Object.keys(data ?? {})))];
  const cell = (value: unknown) => (typeof value === "string" ? value : value == null ? "" : JSON.stringify(value));
  const rows = users.map(({ id, data }) => [id, ...names.map((name) => cell(member(data, name)))]);
  save([textOf([["id", ...names], ...rows], ",")], "users.csv", "text/csv");
}

session.subscribe(() => {
  cancelExport();
  exported.value = "";
});
