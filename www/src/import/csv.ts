// CSV by Papa Parse, a piece of the file at a time; the next piece is read when the last one was taken.

import Papa from "papaparse";

type Row = Record<string, string>;

export async function* rowsOf(file: File): AsyncIterable<Row> {
  let waiting: ((piece: Row[] | undefined) => void) | undefined;
  let parser: Papa.Parser | undefined;
  let failure: Error | undefined;
  const pieces: (Row[] | undefined)[] = [];
  const give = (piece: Row[] | undefined) => {
    if (waiting) waiting(piece);
    else pieces.push(piece);
    waiting = undefined;
  };
  Papa.parse<Row>(file, {
    header: true,
    skipEmptyLines: "greedy",
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
      const piece = pieces.length > 0 ? pieces.shift() : await new Promise<Row[] | undefined>((resolve) => (waiting = resolve));
      if (failure) throw failure;
      if (piece === undefined) return;
      yield* piece;
      parser?.resume();
    }
  } finally {
    parser?.abort();
  }
}
