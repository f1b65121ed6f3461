// What the columns of a CSV file are taken for: what is guessed from the first rows, and how a row becomes a user.

import type { NewUser } from "user-handle";

import { counted, shortened } from "../text";
import { inexact } from "../user/inexact";
import type { Row } from "./csv";

export const KINDS = ["id", "text", "number", "boolean", "json", "object", "out"] as const;
/** `object` is a JSON object whose members are all of the data; `out` is left out. */
export type Kind = (typeof KINDS)[number];

export interface Column {
  /** What the first line calls it. */
  name: string;
  /** The member of the data that it becomes. */
  to: string;
  kind: Kind;
  /** A cell that holds something, from the first rows; empty if none does. */
  example: string;
}

/** A row that is no user, with its line and, where it is one cell that does not fit, the column. */
export class RowProblem extends Error {}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;
const TRUE = /^(true|yes|1)$/i;
const FALSE = /^(false|no|0)$/i;
/** Digits that are no quantity: postal codes, telephone numbers. */
const DIGITS_OF_TEXT = /^[+0]\d+$/;
/** The share of the cells that have to fit: the others are rather mistakes than another kind. */
const ENOUGH = 0.9;
const MAX_QUOTED = 40;

/**
 * By the names, and by cells that hold something. A column is taken for numbers only if nearly all of its cells can be told
 * from them again: `1.50` is text. Of booleans this is not asked: `Yes`, `TRUE` and `true` all become `true`.
 */
export function guessed(names: readonly string[], rows: readonly (readonly string[])[]): Column[] {
  const isId = (name: string) => ["id", "userid"].includes(name.toLowerCase().replaceAll(/[\s_-]/g, ""));
  const id = names.includes("id") ? names.indexOf("id") : names.findIndex(isId);
  return names.map((given, i) => {
    const name = given || `column ${i + 1}`;
    const filled = rows.map((row) => row[i] ?? "").filter((cell) => cell.trim() !== "");
    return { name, to: name, kind: i === id ? "id" : kindOf(name, filled), example: filled[0] ?? "" };
  });
}

function kindOf(name: string, cells: readonly string[]): Kind {
  const most = (fits: (cell: string) => boolean) => cells.length > 0 && cells.filter(fits).length >= ENOUGH * cells.length;
  if (name === "data" && cells.some((cell) => isObject(parsed(cell)))) return "object";
  if (most(isPlainNumber) && !cells.some((cell) => DIGITS_OF_TEXT.test(cell))) return "number";
  if (most((cell) => /^(true|false|yes|no)$/i.test(cell.trim()))) return "boolean";
  return most((cell) => /^\s*[{[]/.test(cell) && parsed(cell) !== undefined) ? "json" : "text";
}

/** Why nothing can be made of the rows with these columns; undefined where it can. */
export function unfit(columns: readonly Column[]): string | undefined {
  if (!columns.some(({ kind }) => kind === "id")) return "choose the column that is the id";
  const names = columns.filter(({ kind }) => !["id", "object", "out"].includes(kind)).map(({ to }) => to);
  if (names.includes("")) return "a column that is not left out needs a name";
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice === undefined ? undefined : `two columns are stored as ${twice}: give one another name, or leave it out`;
}

/** With another kind for one of them, or another name. There is one id: the column that was it becomes text. */
export function changed(columns: readonly Column[], index: number, change: Partial<Column>): Column[] {
  return columns.map((column, i) => {
    if (i === index) return { ...column, ...change };
    return change.kind === "id" && column.kind === "id" ? { ...column, kind: "text" } : column;
  });
}

/** The cells that a row has at least: those of columns that are left out may be missing at its end. */
export const fewestCells = (columns: readonly Column[]): number => columns.findLastIndex(({ kind }) => kind !== "out") + 1;

/** The id of a row, as it stands there. */
export const idOf = (columns: readonly Column[], { cells }: Row): string => cells[columns.findIndex(({ kind }) => kind === "id")] ?? "";

/** A row as a user: cells that hold nothing are left out. Throws a `RowProblem` for a cell that does not fit its column. */
export function toUser(columns: readonly Column[], row: Row, checkId: (id: string) => string | undefined): NewUser {
  const { line, cells, problem } = row;
  if (problem !== undefined) throw new RowProblem(problem);
  if (cells.length < fewestCells(columns) || cells.slice(columns.length).some((cell) => cell.trim() !== "")) {
    throw new RowProblem(`line ${line} has ${counted(cells.length, "cell")} for ${counted(columns.length, "column")}`);
  }
  const members: [string, unknown][] = [];
  for (const [i, { name, to, kind }] of columns.entries()) {
    const cell = cells[i] ?? "";
    if (kind === "out" || (cell === "" && kind !== "id")) continue;
    try {
      if (kind === "id") {
        const problem = checkId(cell);
        if (problem !== undefined) throw new Error(problem);
        continue;
      }
      const value = READ[kind](cell);
      members.push(...(kind === "object" ? Object.entries(value as object) : [[to, value] as [string, unknown]]));
    } catch (problem) {
      throw new RowProblem(`line ${line}, column ${name}: ${(problem as Error).message}`);
    }
  }
  return { id: idOf(columns, row), data: Object.fromEntries(members) as NonNullable<NewUser["data"]> };
}

const READ: Record<Exclude<Kind, "id" | "out">, (cell: string) => unknown> = {
  text: (cell) => cell,
  number(cell) {
    const number = cell.trim();
    if (!NUMBER.test(number) || !Number.isFinite(Number(number))) throw new Error(`${quoted(cell)} is no number`);
    if (!isExact(number)) throw new Error(`${quoted(cell)} has more digits than a number in JavaScript: take the column for text`);
    return Number(number);
  },
  boolean(cell) {
    if (TRUE.test(cell.trim())) return true;
    if (FALSE.test(cell.trim())) return false;
    throw new Error(`${quoted(cell)} is none of yes, no, true, false, 1 and 0`);
  },
  json: json,
  object(cell) {
    const value = json(cell);
    if (!isObject(value)) throw new Error(`${quoted(cell)} is no JSON object`);
    return value;
  },
};

function json(cell: string): unknown {
  const value = parsed(cell);
  if (value === undefined) throw new Error(`${quoted(cell)} is no JSON`);
  if (inexact(value).length > 0) throw new Error(`${quoted(cell)} has a number with more digits than JavaScript holds`);
  return value;
}

/** No digit of a whole number is lost. */
const isExact = (number: string): boolean => !/^-?\d+$/.test(number) || Number.isSafeInteger(Number(number));

/** A number as JavaScript writes it; `NaN` and `Infinity` are none. */
const isPlainNumber = (cell: string): boolean => NUMBER.test(cell) && String(Number(cell)) === cell && isExact(cell);

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** Undefined where it is no JSON. */
function parsed(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

const quoted = (cell: string): string => `"${shortened(cell, MAX_QUOTED)}"`;
