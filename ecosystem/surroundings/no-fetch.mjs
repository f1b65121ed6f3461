import { refused } from "./refused.mjs";

delete globalThis.fetch;
refused("this runtime has no fetch", "use Node 18 or newer, or define globalThis.fetch");
