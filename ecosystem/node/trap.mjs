import * as api from "user-handle";
import { trap } from "./trapping.mjs";

trap(api, process.env.MATRIX_SERVER).then(console.log);
