// The entries of the npm package that have types, as its package.json lists them: a new one is documented, and held to what
// it was, without a word here.

import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("../../npm/package.json", import.meta.url), "utf8"));

/** Every file that the conditions of an entry lead to, as the types of its ES module. */
const typesOf = (target) =>
  typeof target === "string"
    ? /\/([^/]+)\.d\.ts$/.exec(target)?.slice(1) ?? []
    : Object.values(target).flatMap(typesOf);

/** Names of files: `index` for npm/index.d.ts. */
export const entries = [...new Set(Object.values(exports).flatMap(typesOf))];
