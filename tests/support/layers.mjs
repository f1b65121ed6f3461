// The layers of the project's Rust, as `CONTRIBUTING.md` draws them and as the files import each other.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

import { importsOf } from "../../xtask/circles.mjs";
import { root, textOf } from "./documents.mjs";

/** Each crate by its root. */
const CRATES = ["core/src/lib.rs", "src/lib.rs", "service/src/lib.rs", "server/src/lib.rs"];

/** The boxes of a picture in Mermaid, by their ids, each with the folders and files it stands for, and its arrows. */
export function drawnIn(text) {
  const [, picture] = /```mermaid\n([^]*?)```/.exec(text);
  const boxes = new Map();
  for (const [, id, label] of picture.matchAll(/^ *(\w+)\["`?(.*?)`?"\]/gm)) {
    boxes.set(id, label.match(/\b(?:core|src|service|server|npm)\/[\w/.]*/g));
  }
  const arrows = [...picture.matchAll(/^ *([\w &]+?) --> ([\w &]+)$/gm)].flatMap(([, from, to]) =>
    from.split(" & ").flatMap((one) => to.split(" & ").map((other) => [one, other])));
  return { boxes, arrows };
}

/** The box that a file is in: the one that names it, or the nearest folder around it. */
export function boxOf(boxes, file) {
  const all = [...boxes].flatMap(([id, places]) => places.map((place) => ({ id, place })));
  const around = all.filter(({ place }) => (place.endsWith("/") ? file.startsWith(place) : file === place));
  return around.sort((a, b) => b.place.length - a.place.length)[0]?.id;
}

/** The file of a module of another crate of the project. */
const fileOf = (crate, module) => [`${crate}/src/${module}.rs`, `${crate}/src/${module}/mod.rs`].map((file) => join(root, file)).find(existsSync);

/** Pairs of files of which the first imports the second, within a crate and from another one. */
export function importsOfRust() {
  const pairs = [];
  for (const crate of CRATES) {
    for (const [from, files] of importsOf(join(root, crate))) {
      for (const to of files) pairs.push([from, to]);
      if (crate.startsWith("core/")) continue;
      const code = readFileSync(from, "utf8").replaceAll(/\/\/.*/g, "");
      for (const [, crate, module] of code.matchAll(/\buser_handle_(core|service)::(\w+)/g)) pairs.push([from, fileOf(crate, module)]);
    }
  }
  return pairs.map((pair) => pair.map((file) => relative(root, file)));
}

/** The same for what starts the module in the package, which gets the exports of each service from the glue of wasm-bindgen. */
export function importsOfLoader() {
  const loader = "npm/src/webassembly.js";
  if (!textOf(loader).includes('from "user-handle:glue"')) return [];
  const shells = readdirSync(join(root, "src")).map((folder) => `src/${folder}/shell.rs`);
  return shells.filter((shell) => existsSync(join(root, shell))).map((shell) => [loader, shell]);
}
