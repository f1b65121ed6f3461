import * as api from "user-handle";
import { run } from "./program.mjs";

console.log(await run(api, Deno.args[0]));
