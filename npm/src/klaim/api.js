// The public surface of user-handle/klaim.

import { FeedError, SiteError, ValidationError, isUserHandleError } from "../../../src/js/errors.js";
import { KlaimError } from "../../../src/js/klaim.js";
import { init } from "../load.js";
import { KlaimClient } from "./client.js";
import { KlaimUser } from "./user.js";

export { FeedError, KlaimClient, KlaimError, KlaimUser, SiteError, ValidationError, init, isUserHandleError };

export const connect = (apiKey, options) => new KlaimClient(apiKey, options);

export default {
  FeedError, KlaimClient, KlaimError, KlaimUser, SiteError, ValidationError, connect, init, isUserHandleError,
};
