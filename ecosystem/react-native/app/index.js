import "./globals.js";
import * as klaim from "user-handle/klaim";
import * as api from "user-handle";
import { run } from "../program.mjs";

run(api, globalThis.given, klaim).then(globalThis.tell);
