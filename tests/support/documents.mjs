// The Markdown of the repository, and the code that stands in it.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const guides = readdirSync(join(root, "docs"), { recursive: true }).map((name) => join("docs", name));

/** The documents, by their paths from the root. */
export const documents = ["README.md", "CONTRIBUTING.md", "DESIGN.md", join("server", "README.md"), ...guides.sort()]
  .filter((name) => name.endsWith(".md"));

export const textOf = (name) => readFileSync(join(root, name), "utf8");

/** The fenced blocks of a document, in their order. Those of lists are indented; their code is not. */
export function blocksOf(name) {
  const text = textOf(name);
  return [...text.matchAll(/^( *)```(\w+)(\S*)\n(.*?)^\1```$/gms)].map(({ 1: indent, 2: language, 4: code, index }) => ({
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    title: `${name}, line ${text.slice(0, index).split("\n").length}`,
  }));
}

/** The file of the repository that a block is from, where its first line names one. */
export const sourceOf = ({ code }) => /^(?:\/\/|#|<!--) ((?:examples|src|server)\/\S+)/.exec(code)?.[1];

/** Whether a block is for a page. */
export const isForBrowsers = ({ code }) => code.startsWith("// browser\n");

/**
 * The programs of a document in this language, as a reader pastes them: a block that imports begins one, and blocks that
 * import nothing go on with it.
 */
export function programsOf(name, language) {
  const programs = [];
  for (const block of blocksOf(name)) {
    if (block.language !== language || sourceOf(block) || isForBrowsers(block)) continue;
    if (/^import /m.test(block.code) || programs.length === 0) programs.push({ title: block.title, code: block.code });
    else programs.at(-1).code += block.code;
  }
  return programs;
}

/** The rows of the table that stands between the comments `<!-- title -->` and `<!-- /… -->`, without its head. */
export function tableOf(name, title) {
  const [, between] = textOf(name).split(`<!-- ${title} -->\n`);
  const lines = between.split("<!-- /")[0].trim().split("\n").slice(2);
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** Puts these rows, each the text of its cells, into that table; its head stays. */
export function writeTable(name, title, rows) {
  const [before, between] = textOf(name).split(`<!-- ${title} -->\n`);
  const [table, ...after] = between.split("<!-- /");
  const lines = [...table.split("\n").slice(0, 2), ...rows.map((cells) => `| ${cells.join(" | ")} |`), ""];
  writeFileSync(join(root, name), `${before}<!-- ${title} -->\n${[lines.join("\n"), ...after].join("<!-- /")}`);
}
