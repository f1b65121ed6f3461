import { connect, isUserHandleError, StreamApiError, ValidationError } from "user-handle";
import { run } from "./program.mjs";

run({ connect, isUserHandleError, StreamApiError, ValidationError }, location.search).then((told) => {
  document.documentElement.dataset.told = told;
});
