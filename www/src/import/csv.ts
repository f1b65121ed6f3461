// CSV by Papa Parse, a piece of the text at a time; the next piece is parsed when the last one was taken.

import Papa from "papaparse";

export interface Row {
  /** The line of the file that it begins in, from 1. */
  line: number;
  /** How many lines it has: a cell in quotation marks may go over several. */
  lines: number;
  cells: string[];
  /** What is wrong with its quotation marks, so that nobody can tell where a cell ends. */
  problem: string | undefined;
}

interface CsvFormat {
  encoding: string;
  delimiter: string;
  /** The line that the names of the columns are in. */
  firstLine: number;
}
/** Characters that are parsed at a time. */
const PIECE = 1_048_576;

export interface Beginning {
  /** What is between the cells. */
  delimiter: string;
  firstLine: number;
  names: string[];
  rows: string[][];
}

/** A line before that of the names: empty, or the `sep=;` by which Excel is told what is between the cells. */
const LINE_BEFORE = /[\t ,;|]*(?:sep=([^"\r\n])[\t ,;|]*)?(?:\r\n|\n|\r)/iy;

/**
 * The names and the first rows, by the delimiter that makes most of the names. Papa's own guess takes short files for such of
 * one column. Where the file goes on, the last line may be half of one, and is left out.
 */
export function beginningOf(text: string, isWhole: boolean): Beginning {
  let [firstLine, start, told] = [1, 0, undefined as string | undefined];
  for (LINE_BEFORE.lastIndex = 0; ; firstLine += 1) {
    const found = LINE_BEFORE.exec(text);
    if (found === null) break;
    start = LINE_BEFORE.lastIndex;
    told ??= found[1];
  }
  const all = (told === undefined ? [",", ";", "\t", "|"] : [told]).map((delimiter) => {
    const { data: [names = [], ...rows], errors } = Papa.parse<string[]>(text.slice(start), { delimiter });
    return { delimiter, firstLine, names: names.map((name) => name.trim()), rows: isWhole ? rows : rows.slice(0, -1), problem: problemsIn(errors).get(0) };
  });
  const { problem, ...found } = all.reduce((best, each) => (each.names.length > best.names.length ? each : best));
  if (problem !== undefined) throw new Error(`line ${firstLine} ${problem}`);
  return found;
}

/** The rows below the names that hold anything. */
export async function* rowsOf(file: File, format: CsvFormat): AsyncIterable<Row> {
  for await (const row of linesOf(await textIn(file, format), format)) if (row.line > format.firstLine && holdsAnything(row)) yield row;
}

/** The names, what stands before them, and these rows, counted from 0, as the file has them. */
export async function extractRows(file: File, format: CsvFormat, indexes: ReadonlySet<number>): Promise<string> {
  const text = await textIn(file, format);
  const lineBreak = lineBreakOf(text);
  const all = text.split(lineBreak);
  let found = "";
  let index = 0;
  for await (const row of linesOf(text, format)) {
    const isAbove = row.line <= format.firstLine;
    if (isAbove || (holdsAnything(row) && indexes.has(index))) {
      found += all.slice(row.line - 1, row.line - 1 + row.lines).map((line) => `${line}${lineBreak}`).join("");
    }
    if (!isAbove && holdsAnything(row)) index += 1;
  }
  return found;
}

const holdsAnything = ({ cells }: Row): boolean => cells.some((cell) => cell.trim() !== "");

/** Rows as a file. */
export const textOf = (rows: readonly (readonly string[])[], delimiter: string): string => Papa.unparse(rows as string[][], { delimiter });

// Papa would read a file in slices of bytes, each decoded by itself, and break the characters between two of them.
const textIn = async (file: File, { encoding }: CsvFormat): Promise<string> => new TextDecoder(encoding).decode(await file.arrayBuffer());

/** What ends a line, by which lines are counted: of `\r\n` the last character. */
const lineBreakOf = (text: string): string => (Papa.parse(text.slice(0, PIECE), { delimiter: ",", preview: 1 }).meta.linebreak === "\r" ? "\r" : "\n");

async function* linesOf(text: string, format: CsvFormat): AsyncIterable<Row> {
  const lineBreak = lineBreakOf(text);
  let line = 1;
  for await (const { data, errors } of piecesOf(text, format)) {
    const problems = problemsIn(errors);
    for (const [i, cells] of data.entries()) {
      // An unclosed cell has the end of the last line in it.
      const isUnclosed = problems.has(i) && cells.at(-1)?.endsWith(lineBreak);
      const lines = cells.reduce((sum, cell) => sum + cell.split(lineBreak).length - 1, isUnclosed ? 0 : 1);
      const problem = problems.get(i);
      const asOne = lines === 1 ? "" : `lines ${line} to ${line + lines - 1} are read as one row: `;
      yield { line, lines, cells, problem: problem && `${asOne}line ${line} ${problem}` };
      line += lines;
    }
  }
}

/** What is wrong with quotation marks, by the number of the row; of several things the first. */
const problemsIn = (errors: readonly Papa.ParseError[]): Map<number, string> =>
  new Map(errors.map(({ row = 0, code }) => [row, code === "MissingQuotes" ? UNCLOSED : NOT_DOUBLED] as const).reverse());

const UNCLOSED = "has a quotation mark that nothing closes";
const NOT_DOUBLED = "has a cell in quotation marks with another in it that is not doubled";

type Piece = Papa.ParseResult<string[]>;

async function* piecesOf(text: string, { delimiter }: CsvFormat): AsyncIterable<Piece> {
  let waiting: ((piece: Piece | undefined) => void) | undefined;
  let parser: Papa.Parser | undefined;
  const pieces: (Piece | undefined)[] = [];
  const give = (piece: Piece | undefined) => {
    if (waiting) waiting(piece);
    else pieces.push(piece);
    waiting = undefined;
  };
  Papa.parse<string[]>(text, {
    delimiter,
    chunkSize: PIECE,
    chunk(piece: Piece, running: Papa.Parser) {
      parser = running;
      running.pause();
      give(piece);
    },
    complete: () => give(undefined),
  });
  try {
    for (;;) {
      const piece = pieces.length > 0 ? pieces.shift() : await new Promise<Piece | undefined>((resolve) => (waiting = resolve));
      if (piece === undefined) return;
      yield piece;
      parser?.resume();
    }
  } finally {
    parser?.abort();
  }
}
