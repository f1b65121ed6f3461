// The API reference of the npm packages, out of their hand-written types, as a part of the site: `cargo xtask docs`.

import { fileURLToPath } from "node:url";

import { OptionDefaults } from "typedoc";

import { entries } from "../tests/support/entries.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import("typedoc").TypeDocOptions} */
export default {
  name: "user-handle",
  includeVersion: true,
  entryPoints: [...entries.map((name) => at(`../npm/${name}.d.ts`)), at("../server/npm/index.d.ts")],
  tsconfig: at("../npm/tsconfig.json"),
  readme: at("reference.md"),
  out: at("../target/site/api"),
  favicon: at(".vitepress/icon.svg"),

  // What is missing or leads nowhere fails.
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: true, unusedMergeModuleWith: true },

  // Of one kind, as the files have it: what is used first comes first.
  sort: ["kind", "source-order"],
  sortEntryPoints: false,
  kindSortOrder: ["Module", "Function", "Class", "Interface", "TypeAlias", "Variable"],
  navigation: { includeFolders: false },
  excludePrivate: true,
  disableSources: true,
  hideGenerator: true,
  searchInComments: true,
  highlightLanguages: [...OptionDefaults.highlightLanguages, "jsx"],
};
