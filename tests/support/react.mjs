// user-handle/react as it is installed, beside the React and the TanStack Query that the tests themselves import.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { project } from "./package.mjs";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

for (const name of ["react", "@types/react", "@tanstack/react-query"]) {
  const link = join(project, "node_modules", name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(modules, name), link);
}
writeFileSync(join(project, "react-entry.js"), 'export * from "user-handle/react";\n');

export const hooks = await import(pathToFileURL(join(project, "react-entry.js")));
