// No two Rust files of a crate import each other, directly or around others: `node xtask/circles.mjs ROOT...`, where a root is
// a `lib.rs` or `main.rs`. Prints the circles, and fails where there is one.
//
// A file imports another where it names something that is defined there. Names are followed through `use`, so that a file
// which only declares and re-exports is not in between. What is compiled for tests alone is left out.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const TOKEN = /\/\/[^\n]*|\/\*[^]*?\*\/|r(#*)"[^]*?"\1|b?"(?:\\[^]|[^"\\])*"|b?'(?:\\[^']*|[^'\\])'|[A-Za-z_]\w*|::|\S/g;
const ITEMS = ["fn", "struct", "enum", "union", "trait", "type", "const", "static"];
const CLOSING = { "{": "}", "(": ")", "[": "]" };

const isWord = (token) => /^[A-Za-z_]\w*$/.test(token ?? "");

/** The index behind the bracket that closes the one at `at`. */
function behind(tokens, at) {
  const [open, close] = [tokens[at], CLOSING[tokens[at]]];
  for (let depth = 0; at < tokens.length; at++) {
    if (tokens[at] === open) depth++;
    if (tokens[at] === close && --depth === 0) return at + 1;
  }
  return at;
}

/** The index behind an item, or behind a member of a list. */
function behindItem(tokens, at, isItem) {
  while (at < tokens.length) {
    const token = tokens[at];
    if (token === ";" || (!isItem && token === ",")) return at + 1;
    if (token === "}" || token === ")") return at;
    at = token in CLOSING ? behind(tokens, at) : at + 1;
    if (token === "{") return at;
  }
  return at;
}

/** Writes out `a::{b, c::*, d as e}`: what is brought in, under which name. */
function spread(tokens, before = []) {
  const uses = [];
  let [path, name] = [[...before], undefined];
  const end = () => {
    if (name ?? path.at(-1)) uses.push({ name: name ?? path.at(-1), path });
    [path, name] = [[...before], undefined];
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === ",") end();
    else if (token === "as") name = tokens[++at];
    else if (token === "*") name = "*";
    else if (token === "{") {
      uses.push(...spread(tokens.slice(at + 1, behind(tokens, at) - 1), path));
      at = behind(tokens, at) - 1;
      path = [];
    } else if (isWord(token) && !(token === "self" && path.length > 0)) path.push(token);
  }
  end();
  return uses;
}

/** The modules of a crate, the root first: what each defines, brings in and names. */
function modulesOf(root) {
  const modules = [];
  const make = (file, folder, parent) => {
    const module = { file, folder, parent, children: {}, items: new Set(), uses: [], paths: [], words: new Set() };
    modules.push(module);
    return module;
  };
  const read = (file, folder, parent) => {
    const tokens = readFileSync(file, "utf8").match(TOKEN).filter((token) => !/^\/[/*]/.test(token));
    return scan(make(file, folder, parent), tokens, true);
  };
  /** `hasItems`: the tokens are the module's own, not those of a body. */
  function scan(module, tokens, hasItems) {
    let [isPublic, path] = [false, undefined];
    for (let at = 0; at < tokens.length;) {
      const [token, next, third] = tokens.slice(at, at + 3);
      const wasPublic = isPublic;
      isPublic = false;
      if (token === "#" && next === "[") {
        const end = behind(tokens, at + 1);
        const attribute = tokens.slice(at + 2, end - 1).join("");
        path = /^path="(.*)"$/.exec(attribute)?.[1] ?? path;
        at = /^cfg\((all\()?test\b/.test(attribute) ? behindItem(tokens, end, hasItems) : end;
      } else if (token in CLOSING) {
        const end = behind(tokens, at);
        scan(module, tokens.slice(at + 1, end - 1), hasItems && tokens[at - 2] === "extern");
        at = end;
      } else if (token === "pub") {
        isPublic = true;
        at = next === "(" ? behind(tokens, at + 1) : at + 1;
      } else if (token === "mod" && third === "{") {
        const end = behind(tokens, at + 2);
        module.children[next] = scan(make(module.file, join(module.folder, next), module), tokens.slice(at + 3, end - 1), true);
        at = end;
      } else if (token === "mod" && third === ";") {
        const below = join(module.folder, next);
        const file = path ? join(dirname(module.file), path) : [`${below}.rs`, join(below, "mod.rs")].find(existsSync);
        if (!file) throw new Error(`${module.file} declares \`${next}\`, of which there is no file`);
        module.children[next] = read(file, path ? dirname(file) : below, module);
        [at, path] = [at + 3, undefined];
      } else if (token === "use" && next !== "<") {
        const end = tokens.indexOf(";", at);
        module.uses.push(...spread(tokens.slice(at + 1, end)).map((used) => ({ ...used, isPublic: wasPublic })));
        at = end + 1;
      } else if (token === "macro_rules") {
        module.items.add(third);
        at += 3;
      } else if (hasItems && ITEMS.includes(token) && isWord(next)) {
        module.items.add(next);
        // `const fn name`
        at += next === "fn" ? 1 : 2;
      } else if (isWord(token)) {
        const words = [token];
        for (at++; tokens[at] === "::" && isWord(tokens[at + 1]); at += 2) words.push(tokens[at + 1]);
        module.words.add(token);
        if (words.length > 1) module.paths.push(words);
      } else at++;
    }
    return module;
  }
  read(root, dirname(root));
  return modules;
}

/** Where a path leads that stands in a module: `{ module }`, and `isItem` where it is defined in that. */
function resolve(root, at, path, depth = 0) {
  const [first, ...rest] = path;
  let found = { crate: { module: root }, self: { module: at }, super: { module: at.parent } }[first] ?? lookUp(root, at, first, rest.length === 0, depth);
  for (const [index, name] of rest.entries()) {
    if (!found?.module || found.isItem) break;
    const { module } = found;
    // What is not found is made by a macro: it is where the path says.
    found = name === "super" ? { module: module.parent } : lookUp(root, module, name, index + 1 === rest.length, depth) ?? { module, isItem: true };
  }
  return found;
}

/** What a name means in a module. `isLast`: it ends a path, where an item comes before a module of the same name. */
function lookUp(root, at, name, isLast, depth) {
  // A `use` may be of itself, as that of a macro.
  if (depth > 16) return undefined;
  const item = at.items.has(name) ? { module: at, isItem: true } : undefined;
  const child = Object.hasOwn(at.children, name) ? { module: at.children[name] } : undefined;
  const own = isLast ? (item ?? child) : (child ?? item);
  if (own) return own;
  for (const used of at.uses.filter((used) => used.name === name)) {
    const found = resolve(root, at, used.path, depth + 1);
    if (found) return found;
  }
  for (const used of at.uses.filter((used) => used.name === "*")) {
    const from = resolve(root, at, used.path, depth + 1);
    const found = from && !from.isItem && from.module !== at ? lookUp(root, from.module, name, isLast, depth + 1) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** By each file of a crate, those that it imports. */
export function importsOf(rootFile) {
  const modules = modulesOf(rootFile);
  const [root] = modules;
  const imports = new Map();
  for (const module of modules) {
    const files = imports.get(module.file) ?? imports.set(module.file, new Set()).get(module.file);
    // What a module re-exports counts where its own text has the name too, and so does what `*` brings.
    const uses = module.uses.filter(({ name, isPublic }) => name !== "*" && (!isPublic || module.words.has(name)));
    const globs = module.uses.filter(({ name }) => name === "*").map(({ path }) => resolve(root, module, path));
    const found = [...uses.map(({ path }) => path), ...module.paths].map((path) => resolve(root, module, path));
    for (const glob of globs) {
      if (glob && !glob.isItem) found.push(...[...module.words].map((word) => lookUp(root, glob.module, word, true, 0)));
    }
    for (const one of found) if (one?.isItem && one.module.file !== module.file) files.add(one.module.file);
  }
  return imports;
}

/** The shortest way from a file to another. */
function way(imports, from, to) {
  const [seen, ways] = [new Set([from]), [[from]]];
  for (const files of ways) {
    if (files.at(-1) === to) return files;
    for (const next of imports.get(files.at(-1))) {
      if (!seen.has(next)) ways.push([...files, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** The circles of a crate, each the same wherever it was entered. */
export function circlesOf(root) {
  const imports = importsOf(root);
  const circles = new Set();
  for (const [from, all] of imports) {
    for (const to of all) {
      const files = way(imports, to, from);
      if (!files) continue;
      const first = files.indexOf([...files].sort()[0]);
      const circle = [...files.slice(first), ...files.slice(0, first + 1)];
      circles.add(circle.map((file) => relative(dirname(root), file)).join(" → "));
    }
  }
  return [...circles];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const root of process.argv.slice(2)) {
    for (const circle of circlesOf(root)) {
      console.log(`${root}: ${circle}`);
      process.exitCode = 1;
    }
  }
}
