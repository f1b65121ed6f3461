import { connect, isUserHandleError, StreamApiError, ValidationError } from "user-handle";
import { run } from "./program.mjs";

run({ connect, isUserHandleError, StreamApiError, ValidationError }, process.env.MATRIX_SERVER).then(console.log);
