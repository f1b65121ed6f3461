// What the platform does: it compiles the modules that a function imports, and hands them over.
import { readFile } from "node:fs/promises";
import { EdgeRuntime } from "edge-runtime";

const compile = async (name) => WebAssembly.compile(await readFile(`node_modules/user-handle/dist/${name}.wasm`));
const [module, klaim] = await Promise.all(["user-handle", "klaim"].map(compile));
const runtime = new EdgeRuntime({
  initialCode: await readFile("dist/edge.cjs", "utf8"),
  extend: (context) => Object.assign(context, { require: (name) => (name.includes("klaim") ? klaim : module) }),
});
const answer = await runtime.dispatchFetch(`http://edge/?${process.env.MATRIX_SERVER}`);
console.log(await answer.text());
