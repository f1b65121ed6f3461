// Copies of the package with a trap in the module, which no input is known to cause.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isWasm } from "./form.mjs";
import { dist, file, fresh, load, project } from "./package.mjs";
import { withTrap } from "./trap.mjs";

const EXTENSIONS = { import: "js", require: "cjs" };
let copies = 0;

/** The name of a file beside the package's own in which each call of the module's function `name` traps. */
function withTrapInJavaScript(name, face) {
  const copy = `trapped-${(copies += 1)}.${EXTENSIONS[face]}`;
  const text = readFileSync(join(dist, `${file}.${EXTENSIONS[face]}`), "utf8");
  const trap = /throw new (\w+)\("unreachable"\)/.exec(text)[0];
  const trapping = text.replaceAll(`wasm.${name}(`, `(() => { ${trap}; })(`);
  if (trapping === text) throw new Error(`the package's JavaScript calls no function ${name}`);
  writeFileSync(join(dist, copy), trapping);
  return copy;
}

/** A copy of the package in whose module the function `name` traps. */
export async function trapped(name, face = "import") {
  if (!isWasm) return load(withTrapInJavaScript(name, face), face);
  const api = await fresh(face);
  await api.init(withTrap(bytes, name));
  return api;
}

/** The first lines of a program of the test's project, which has `connect` of such a copy. */
export function importTrapped(name) {
  if (!isWasm) return `import { connect } from "./node_modules/user-handle/dist/${withTrapInJavaScript(name, "import")}";`;
  writeFileSync(join(project, "trapped.wasm"), withTrap(bytes, name));
  return `
    import { readFileSync } from "node:fs";
    import { connect, init } from "user-handle";

    await init(readFileSync("trapped.wasm"));
  `;
}

const bytes = isWasm && readFileSync(join(dist, "user-handle.wasm"));

/** The functions of the module that the package's JavaScript may call. */
export function functions() {
  if (isWasm) {
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(bytes));
    return exported.filter(({ kind }) => kind === "function").map(({ name }) => name);
  }
  const text = readFileSync(join(dist, `${file}.js`), "utf8");
  return [...new Set([...text.matchAll(/\bwasm\.(\w+)\(/g)].map(([, name]) => name))];
}
