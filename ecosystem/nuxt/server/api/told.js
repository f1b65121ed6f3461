import * as api from "user-handle";
import { run } from "~~/program.mjs";

export default defineEventHandler(() => run(api, process.env.MATRIX_SERVER));
