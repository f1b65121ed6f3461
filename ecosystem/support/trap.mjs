// trap.mjs folder build: puts the program trapping.mjs into the folder, and trapped.mjs, a module of that build (`user-handle`
// or `browser`) in which `userId` traps. What is `unreachable` there is what a panic comes to: the package's panic handler
// is that instruction.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withTrap } from "../../tests/support/trap.mjs";

const [folder, build] = process.argv.slice(2);
const bytes = readFileSync(join(folder, "node_modules/user-handle/dist", `${build}.wasm`));
writeFileSync(join(folder, "trapped.mjs"), `export const bytes = new Uint8Array([${withTrap(bytes, "streamsession_userId")}]);\n`);
copyFileSync(new URL("trapping.mjs", import.meta.url), join(folder, "trapping.mjs"));
