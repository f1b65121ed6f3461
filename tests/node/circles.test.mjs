// The check of `cargo xtask lint` that no two Rust files of a crate import each other, on small crates.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

import { circlesOf, importsOf } from "../../xtask/circles.mjs";
import { temporaryFolder } from "../support/temporary.mjs";

/** Writes a crate of these files; gives its circles, and what each file imports. */
function crate(files) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const root = join(folder, "lib.rs");
  const short = (file) => relative(folder, file);
  const imports = Object.fromEntries([...importsOf(root)].map(([file, all]) => [short(file), [...all].map(short)]));
  return { circles: circlesOf(root), imports };
}

test("files that import each other are found through those that re-export", () => {
  const { circles } = crate({
    "lib.rs": "mod a; mod b; pub use a::A; pub(crate) use b::{B, go as run};",
    "a.rs": "pub struct A(crate::B);",
    "b/mod.rs": "mod c; pub use c::*; pub fn go() {}",
    "b/c.rs": "use crate::A; pub struct B; impl B { fn a() -> A { super::super::run(); todo!() } }",
  });
  assert.deepEqual(circles, ["a.rs → b/c.rs → a.rs"]);
});

test("a child imports what its parent defines", () => {
  const { circles, imports } = crate({
    "lib.rs": "mod a; mod b; mod c { pub fn d() {} }",
    "a.rs": "mod typed; use typed::Typed; pub struct A; fn f(_: Typed) {}",
    "a/typed.rs": 'use super::A; pub struct Typed; fn f(_: A) { println!("{}", crate::c::d()); }',
    "b.rs": "use crate::c; #[cfg(test)] use super::a::A; /* crate::a::A */ fn f() { c::d() }",
  });
  assert.deepEqual(circles, ["a.rs → a/typed.rs → a.rs"]);
  assert.deepEqual(imports["b.rs"], ["lib.rs"]);
});

test("declaring, re-exporting and testing is not importing", () => {
  const { circles, imports } = crate({
    "lib.rs": 'pub mod a; #[path = "elsewhere.rs"] mod b; pub use b::B;',
    "a.rs": "use super::b; fn f() { b::B::new(); } #[cfg(test)] mod tests; #[cfg(test)] fn g() { x::y() }",
    "elsewhere.rs": "pub struct B; #[cfg(test)] mod test { use crate::a::f; }",
  });
  assert.deepEqual(circles, []);
  assert.deepEqual(imports, { "lib.rs": [], "a.rs": ["elsewhere.rs"], "elsewhere.rs": [] });
});
