// page.mjs folder [script|page.html] [browser]: serves the folder under the strict policy, or the one that POLICY names,
// and opens its start page, that page, or one with that script alone (a module, unless it is called *.iife.js).

import { visit } from "./browser.mjs";
import * as site from "./site.mjs";

const [folder, start = "", browser] = process.argv.slice(2);
const type = start.endsWith(".iife.js") ? "" : ' type="module"';
const page = /\.m?js$/.test(start) ? `<!doctype html><body><script${type} src="/${start}"></script></body>` : undefined;
const origin = await site.startSite(folder, site[process.env.POLICY ?? "STRICT"], page);
const told = await visit(`${origin}/${page === undefined ? start : ""}`, browser);
console.log(told);
process.exit(told === "ok" ? 0 : 1);
