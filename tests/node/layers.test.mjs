// What the documents for those who change the project say of its files: the picture of the layers, and where things are.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { documents, root, textOf } from "../support/documents.mjs";
import { boxOf, drawnIn, importsOfLoader, importsOfRust } from "../support/layers.mjs";

/** A place in the project, as documents name it. */
const PLACE = /`((?:benches|core|docs|ecosystem|examples|fuzz|npm|server|service|src|tests|www|xtask)\/[\w./-]+)`/g;

const { boxes, arrows } = drawnIn(textOf("CONTRIBUTING.md"));

/** Whether arrows lead from a box to another; `without` is one that is not taken. */
function leads(from, to, without, seen = new Set()) {
  return arrows.some((arrow) => {
    const [tail, head] = arrow;
    if (arrow === without || tail !== from || seen.has(head)) return false;
    seen.add(head);
    return head === to || leads(head, to, without, seen);
  });
}

/** Pairs of boxes, each once. */
const between = new Map([...importsOfRust(), ...importsOfLoader()].map(([from, to]) => {
  const pair = [boxOf(boxes, from), boxOf(boxes, to)];
  return [pair.join(" --> "), { pair, from, to }];
}));

test("every folder of the layers is drawn", () => {
  const places = [...boxes.values()].flat();
  assert.deepEqual(places.filter((place) => !existsSync(join(root, place))), []);
  const undrawn = [...between.values()].flatMap(({ from, to }) => [from, to]).filter((file) => !boxOf(boxes, file));
  assert.deepEqual([...new Set(undrawn)].sort(), ["core/src/properties.rs", "src/lib.rs"]);
});

test("an import goes down along the arrows, and each arrow is one", () => {
  const imported = [...between.values()].filter(({ pair: [from, to] }) => from && to && from !== to);
  const upwards = imported.filter(({ pair }) => !leads(...pair)).map(({ from, to }) => `${from} imports ${to}`);
  assert.deepEqual(upwards, [], "imports that the picture does not have");
  const unfounded = arrows.filter((arrow) => !between.has(arrow.join(" --> "))).map((arrow) => arrow.join(" --> "));
  assert.deepEqual(unfounded, [], "arrows without an import");
  const implied = arrows.filter((arrow) => leads(...arrow, arrow)).map((arrow) => arrow.join(" --> "));
  assert.deepEqual(implied, [], "arrows that follow from others");
  assert.deepEqual([...boxes.keys()].filter((box) => leads(box, box)), [], "boxes in a circle");
});

test("what the tables send a reader to is there", () => {
  const rows = [...textOf("docs/development.md").matchAll(/^\| .* \| `([\w./]+)` \| `(\w+)` \|$/gm)];
  assert.equal(rows.length, 10);
  for (const [, file, name] of rows) {
    const text = readFileSync(join(root, file), "utf8");
    assert.match(text, new RegExp(`(fn|struct|const|static|function) ${name}\\b`), `${file} has no ${name}`);
  }
});

test("files and folders that documents name are there", () => {
  const named = documents.flatMap((name) => [...textOf(name).matchAll(PLACE)].map(([, place]) => ({ name, place })));
  assert.ok(named.length > 50);
  assert.deepEqual(named.filter(({ place }) => !place.startsWith("www/dist") && !existsSync(join(root, place))), []);
});
