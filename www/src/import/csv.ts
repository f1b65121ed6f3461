// CSV by Papa Parse, a piece of the text at a time; the next piece is parsed when the last one was taken.

import Papa from "papaparse";

export interface Row {
  /** The line of the file that it begins in, from 1. */
  line: number;
  cells: string[];
}

interface CsvFormat {
  encoding: string;
  delimiter: string;
}
/** Characters that are parsed at a time. */
const PIECE = 1_048_576;

export interface Beginning {
  /** What is between the cells. */
  delimiter: string;
  names: string[];
  rows: string[][];
}

/**
 * The first lines, by the delimiter that makes most of the first one. Papa's own guess takes short files for such of one
 * column. Where the file goes on, the last line may be half of one, and is left out.
 */
export function beginningOf(text: string, isWhole: boolean): Beginning {
  const all = [",", ";", "\t", "|"].map((delimiter) => {
    const [names = [], ...rows] = Papa.parse<string[]>(text, { delimiter }).data;
    return { delimiter, names: names.map((name) => name.trim()), rows: isWhole ? rows : rows.slice(0, -1) };
  });
  return all.reduce((best, each) => (each.names.length > best.names.length ? each : best));
}

/** The rows after the first line that hold anything. */
export async function* rowsOf(file: File, format: CsvFormat): AsyncIterable<Row> {
  let isFirst = true;
  for await (const row of linesOf(file, format)) {
    if (!isFirst && row.cells.some((cell) => cell.trim() !== "")) yield row;
    isFirst = false;
  }
}

/** The first line as the file has it. */
export async function firstOf(file: File, format: CsvFormat): Promise<string[]> {
  for await (const { cells } of linesOf(file, format)) return cells;
  return [];
}

/** Rows as a file. */
export const textOf = (rows: readonly (readonly string[])[], delimiter: string): string => Papa.unparse(rows as string[][], { delimiter });

async function* linesOf(file: File, format: CsvFormat): AsyncIterable<Row> {
  let line = 1;
  for await (const cells of parsed(file, format)) {
    yield { line, cells };
    // A cell in quotation marks may go over several lines.
    line += 1 + cells.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
  }
}

async function* parsed(file: File, { encoding, delimiter }: CsvFormat): AsyncIterable<string[]> {
  let waiting: ((piece: string[][] | undefined) => void) | undefined;
  let parser: Papa.Parser | undefined;
  const pieces: (string[][] | undefined)[] = [];
  const give = (piece: string[][] | undefined) => {
    if (waiting) waiting(piece);
    else pieces.push(piece);
    waiting = undefined;
  };
  // Papa would read a file in slices of bytes, each decoded by itself, and break the characters between two of them.
  const text = new TextDecoder(encoding).decode(await file.arrayBuffer());
  Papa.parse<string[]>(text, {
    delimiter,
    chunkSize: PIECE,
    chunk({ data }: Papa.ParseResult<string[]>, running: Papa.Parser) {
      parser = running;
      running.pause();
      give(data);
    },
    complete: () => give(undefined),
  });
  try {
    for (;;) {
      const piece = pieces.length > 0 ? pieces.shift() : await new Promise<string[][] | undefined>((resolve) => (waiting = resolve));
      if (piece === undefined) return;
      yield* piece;
      parser?.resume();
    }
  } finally {
    parser?.abort();
  }
}
