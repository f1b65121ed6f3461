// What a file is, by its name and its content, before it is read as users.

import { guessed, type Column } from "./columns";
import { encodingOf, type Encoding } from "./encoding";

export type Format = "NDJSON" | "CSV";

export interface FileInfo {
  format: Format;
  encoding: Encoding;
  /** The first line with bytes that are not UTF-8, where it may have been meant. */
  strayLine: number | undefined;
  /** Of a CSV file: what is between the cells, and what the columns are taken for. */
  delimiter: string;
  /** The line that the names of the columns are in. */
  firstLine: number;
  columns: readonly Column[];
}

/** What people choose by mistake, by its first bytes. */
const OTHERS: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x89, 0x50, 0x4e, 0x47], "a picture"],
  [[0xff, 0xd8, 0xff], "a picture"],
  [[0x47, 0x49, 0x46, 0x38], "a picture"],
  [[0x25, 0x50, 0x44, 0x46], "a PDF"],
  [[0x50, 0x4b, 0x03, 0x04], "a workbook or an archive: save it as CSV"],
  [[0xd0, 0xcf, 0x11, 0xe0], "a workbook: save it as CSV"],
  [[0x1f, 0x8b], "compressed: unpack it"],
];

/** Bytes in which the first line ends, and of whose rows one can tell what the columns hold. */
const BEGINNING = 65_536;

/** The line ends within an object, and not only with a comma after one. */
function goesOn(line: string): boolean {
  if (!/[{[,:]\s*$/.test(line)) return false;
  try {
    JSON.parse(line.replace(/,\s*$/, ""));
    return false;
  } catch {
    return true;
  }
}

/** So long may a CSV file be, in bytes: its text is held as a whole. */
const MAX_CSV = 268_435_456;

/** Throws where the file is no list of users, with what it is instead. Its encoding is guessed unless somebody has chosen it. */
export async function inspectFile(file: File, chosen?: Encoding): Promise<FileInfo> {
  const begin = new Uint8Array(await file.slice(0, BEGINNING).arrayBuffer());
  const other = OTHERS.find(([bytes]) => bytes.every((byte, i) => begin[i] === byte));
  if (other) throw new Error(`${file.name} is ${other[1]}`);
  const { encoding: found, strayLine } = await encodingOf(file, begin);
  const encoding = chosen ?? found;
  const text = new TextDecoder(encoding).decode(begin);
  const first = text.trimStart().charAt(0);
  const isJson = first === "{" || first === "[";
  const format = /\.csv$/i.test(file.name) || file.type === "text/csv" || !(isJson || /\.(ndjson|jsonl|json)$/i.test(file.name)) ? "CSV" : "NDJSON";
  if (format === "CSV" && file.size > MAX_CSV) throw new Error(`${file.name} is over 256 MB: split it, or import it as NDJSON`);
  if (text.trim() === "") throw new Error(`${file.name} is empty`);
  if (format === "CSV") {
    const { beginningOf } = await import("./csv");
    const { names, rows, ...beginning } = beginningOf(text, file.size <= BEGINNING);
    return { format, encoding, strayLine, ...beginning, columns: guessed(names, rows) };
  }
  if (first === "[") throw new Error(`${file.name} is a JSON array: write each user on a line of its own`);
  if (goesOn(text.trimStart().split("\n", 1)[0] ?? "")) throw new Error(`${file.name} has a JSON object over many lines: write each user on a line of its own`);
  if (strayLine !== undefined) throw new Error(`${file.name} is not in UTF-8, as line ${strayLine} shows: save it so`);
  if (encoding !== "utf-8") throw new Error(`${file.name} is not in UTF-8: save it so`);
  return { format, encoding, strayLine, delimiter: "", firstLine: 1, columns: [] };
}
