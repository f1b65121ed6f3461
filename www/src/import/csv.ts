// CSV by Papa Parse, a piece of the text at a time; the next piece is parsed when the last one was taken.

import Papa from "papaparse";

type Row = Record<string, string>;
interface CsvFormat {
  encoding: string;
  delimiter: string;
}
/** Characters that are parsed at a time. */
const PIECE = 1_048_576;
/** Where Papa puts the cells that have no name. */
const EXTRA = "__parsed_extra";
type Parsed = Row & { [EXTRA]?: string[] };

export interface Header {
  /** What is between the cells. */
  delimiter: string;
  names: string[];
}

/** The first line, by the delimiter that makes most of it. Papa's own guess takes short files for such of one column. */
export function headerOf(beginning: string): Header {
  const headers = [",", ";", "\t", "|"].map((delimiter) => {
    const [names = []] = Papa.parse<string[]>(beginning, { delimiter, preview: 1 }).data;
    return { delimiter, names: names.map((name) => name.trim()) };
  });
  return headers.reduce((best, each) => (each.names.length > best.names.length ? each : best));
}

/** The rows that hold anything. Throws for one with more cells than the first line has names. */
export async function* rowsOf(file: File, format: CsvFormat): AsyncIterable<Row> {
  let line = 1;
  for await (const { [EXTRA]: extra = [], ...row } of parsed(file, format)) {
    const cells = [...Object.values(row), ...extra];
    line += 1;
    if (extra.some((cell) => cell.trim() !== "")) {
      throw new Error(`line ${line} has ${cells.length} cells, and the first line ${Object.keys(row).length} names`);
    }
    // A cell in quotation marks may go over several lines.
    line += cells.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
    if (cells.some((cell) => cell.trim() !== "")) yield row;
  }
}

/** Rows as a file, with the names in its first line. */
export const textOf = (rows: Row[], delimiter: string): string => Papa.unparse(rows, { delimiter });

async function* parsed(file: File, { encoding, delimiter }: CsvFormat): AsyncIterable<Parsed> {
  let waiting: ((piece: Parsed[] | undefined) => void) | undefined;
  let parser: Papa.Parser | undefined;
  const pieces: (Parsed[] | undefined)[] = [];
  const give = (piece: Parsed[] | undefined) => {
    if (waiting) waiting(piece);
    else pieces.push(piece);
    waiting = undefined;
  };
  // Papa would read a file in slices of bytes, each decoded by itself, and break the characters between two of them.
  const text = new TextDecoder(encoding).decode(await file.arrayBuffer());
  Papa.parse<Parsed>(text, {
    delimiter,
    chunkSize: PIECE,
    header: true,
    transformHeader: (name) => name.trim(),
    chunk({ data }: Papa.ParseResult<Parsed>, running: Papa.Parser) {
      parser = running;
      running.pause();
      give(data);
    },
    complete: () => give(undefined),
  });
  try {
    for (;;) {
      const piece = pieces.length > 0 ? pieces.shift() : await new Promise<Parsed[] | undefined>((resolve) => (waiting = resolve));
      if (piece === undefined) return;
      yield* piece;
      parser?.resume();
    }
  } finally {
    parser?.abort();
  }
}
