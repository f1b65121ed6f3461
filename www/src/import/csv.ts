// CSV by Papa Parse, a piece of the file at a time; the next piece is read when the last one was taken. Papa finds out by
// itself what is between the cells.

import Papa from "papaparse";

type Row = Record<string, string>;
/** Where Papa puts the cells that have no name. */
const EXTRA = "__parsed_extra";
type Parsed = Row & { [EXTRA]?: string[] };

/** The names in the first line. */
export function headerOf(file: File, encoding: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    Papa.parse<string[]>(file, {
      encoding,
      preview: 1,
      complete: ({ data }) => resolve((data[0] ?? []).map((name) => name.trim())),
      error: reject,
    });
  });
}

/** The rows that hold anything. Throws for one with more cells than the first line has names. */
export async function* rowsOf(file: File, encoding: string): AsyncIterable<Row> {
  let line = 1;
  for await (const { [EXTRA]: extra = [], ...row } of parsed(file, encoding)) {
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

async function* parsed(file: File, encoding: string): AsyncIterable<Parsed> {
  let waiting: ((piece: Parsed[] | undefined) => void) | undefined;
  let parser: Papa.Parser | undefined;
  let failure: Error | undefined;
  const pieces: (Parsed[] | undefined)[] = [];
  const give = (piece: Parsed[] | undefined) => {
    if (waiting) waiting(piece);
    else pieces.push(piece);
    waiting = undefined;
  };
  Papa.parse<Parsed>(file, {
    encoding,
    header: true,
    transformHeader: (name) => name.trim(),
    chunk({ data }, running) {
      parser = running;
      running.pause();
      give(data);
    },
    complete: () => give(undefined),
    error(error) {
      failure = error;
      give(undefined);
    },
  });
  try {
    for (;;) {
      const piece = pieces.length > 0 ? pieces.shift() : await new Promise<Parsed[] | undefined>((resolve) => (waiting = resolve));
      if (failure) throw failure;
      if (piece === undefined) return;
      yield* piece;
      parser?.resume();
    }
  } finally {
    parser?.abort();
  }
}
