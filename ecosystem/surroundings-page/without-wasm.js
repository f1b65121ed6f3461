// The page's policy forbids WebAssembly; the entries that need none work.
import * as api from "./node_modules/user-handle/dist/browser-no-wasm.js";
import * as klaim from "./node_modules/user-handle/dist/klaim-no-wasm.js";
import { run } from "./program.mjs";

document.documentElement.dataset.told = await run(api, location.search, klaim);
