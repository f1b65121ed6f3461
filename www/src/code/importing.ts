// An import as a program for Node: a file of lines as it is, CSV by the columns that were chosen.

import { fewestCells, type Column, type Kind } from "../import/columns";
import type { Action } from "../state";
import { quoted } from "./quoted";

type Read = NonNullable<Action["read"]>;

/** `head` imports `connect` and makes the client. */
export function importing(head: string, { id, read }: Action, isTyped: boolean): string {
  const isCsv = read?.format === "CSV";
  const types = isTyped ? (isCsv ? ["NewUser"] : ["ImportFailure"]) : [];
  const names = ["connect", ...types.map((name) => `type ${name}`)].join(", ");
  const source = isCsv ? "users()" : `createReadStream(${quoted(id)})`;
  const failed = isCsv ? "{ index: number; error: unknown }" : "ImportFailure";
  return `${isCsv ? CSV_IMPORTS : 'import { createReadStream } from "node:fs";\n'}${head.replace("{ connect }", `{ ${names} }`)}
const failed${isTyped ? `: ${failed === "ImportFailure" ? "ImportFailure[]" : `Array<${failed}>`}` : ""} = [];
${isCsv ? fromCsv(id, read, isTyped) : ""}const report = await client.users.import(${source}, {
${read?.override ? "  override: true,\n" : ""}  onProgress: ({ checkpoint, perSecond }) => console.log(checkpoint, perSecond),
  onFailure: (failure) => failed.push(failure),
});
console.log(report.stored, failed.length);
`;
}

const CSV_IMPORTS = 'import { readFile } from "node:fs/promises";\nimport Papa from "papaparse";\n';

/** What a cell is read by, each with its program. */
const READERS: Record<Exclude<Kind, "id" | "text" | "out">, [name: string, text: string]> = {
  number: ["number", `(cell) => {
  const isNumber = /^-?(0|[1-9]\\d*)(\\.\\d+)?(e[+-]?\\d+)?$/i.test(cell.trim()) && Number.isFinite(Number(cell));
  if (!isNumber || (/^-?\\d+$/.test(cell.trim()) && !Number.isSafeInteger(Number(cell)))) throw new Error(\`\${cell} is no number\`);
  return Number(cell);
};`],
  boolean: ["yesOrNo", `(cell) => {
  if (!/^(true|yes|1|false|no|0)$/i.test(cell.trim())) throw new Error(\`\${cell} is neither yes nor no\`);
  return /^(true|yes|1)$/i.test(cell.trim());
};`],
  json: ["JSON.parse", ""],
  object: ["object", `(cell) => {
  const value = JSON.parse(cell);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(\`\${cell} is no JSON object\`);
  return value;
};`],
};

function fromCsv(file: string, { encoding, delimiter, firstLine, columns }: Read, isTyped: boolean): string {
  const typed = (type: string) => (isTyped ? `: ${type}` : "");
  const kinds = [...new Set(columns.map(({ kind }) => kind))];
  const readers = kinds
    .map((kind) => (kind in READERS ? READERS[kind as keyof typeof READERS] : ["", ""]))
    .filter(([, text]) => text)
    .map(([name, text]) => `const ${name} = ${text?.replace("(cell)", isTyped ? "(cell: string)" : "(cell)")}\n\n`);
  const id = columns.findIndex(({ kind }) => kind === "id");
  const whole = columns.flatMap(({ kind }, i) => (kind === "object" ? `, ...object(cells[${i}] || "{}")` : [])).join("");
  return `
const text = new TextDecoder(${quoted(encoding)}).decode(await readFile(${quoted(file)}));
const { data, errors } = Papa.parse${isTyped ? "<string[]>" : ""}(text, { delimiter: ${quoted(delimiter)} });
const rows = data.slice(${firstLine}); // below the names
// Rows, counted from the start of the file, in which a quotation mark is not closed or not doubled.
const broken = new Set(errors.map(({ row }) => row));

${readers.join("")}// The number of a column, its name in the data, and how a cell is read.
const columns${typed("Array<[at: number, name: string, read: (cell: string) => unknown]>")} = [
${columns.flatMap(entry).join("")}];

function toUser(cells${typed("string[]")})${typed("NewUser")} {
  if (cells.length < ${fewestCells(columns)} || cells.slice(${columns.length}).some((cell) => cell.trim() !== "")) throw new Error("not a cell for each column");
  const members = columns.flatMap(([at, name, read]) => (cells[at] ? [[name, read(cells[at])]] : []));
  return { id: cells[${id}] ?? "", data: { ...Object.fromEntries(members)${whole} } };
}

function* users() {
  for (const [index, cells] of rows.entries()) {
    if (cells.every((cell) => cell.trim() === "")) continue;
    try {
      if (broken.has(index + ${firstLine})) throw new Error("quotation marks that do not fit");
      yield toUser(cells);
    } catch (error) {
      failed.push({ index, error });
    }
  }
}

`;
}

function entry({ kind, to }: Column, i: number): string[] {
  if (kind === "id" || kind === "object" || kind === "out") return [];
  return [`  [${i}, ${quoted(to)}, ${kind === "text" ? "String" : READERS[kind][0]}],\n`];
}
