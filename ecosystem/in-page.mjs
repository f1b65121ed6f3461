import { connect, isUserHandleError, StreamApiError, ValidationError } from "user-handle";
import * as klaim from "user-handle/klaim";
import { run } from "./program.mjs";

run({ connect, isUserHandleError, StreamApiError, ValidationError }, location.search, klaim).then((told) => {
  document.documentElement.dataset.told = told;
});
