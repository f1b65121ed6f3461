import * as api from "./node_modules/user-handle/dist/index.js";
import * as klaim from "./node_modules/user-handle/dist/klaim.js";
import { run } from "./program.mjs";

document.documentElement.dataset.told = await run(api, location.search, klaim);
