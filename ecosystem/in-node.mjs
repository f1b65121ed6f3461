import { connect, isUserHandleError, StreamApiError, ValidationError } from "user-handle";
import * as klaim from "user-handle/klaim";
import { run } from "./program.mjs";

run({ connect, isUserHandleError, StreamApiError, ValidationError }, process.env.MATRIX_SERVER, klaim).then(console.log);
