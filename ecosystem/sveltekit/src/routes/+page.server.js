import * as api from "user-handle";
import { run } from "../../program.mjs";

export const load = async () => ({ told: await run(api, process.env.MATRIX_SERVER) });
