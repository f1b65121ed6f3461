// The public surface of user-handle/klaim.

import { KlaimClient } from "./client.js";

export { KlaimClient };
export { FeedError, KlaimError, SiteError, ValidationError, isUserHandleError } from "../errors.js";
export { init } from "../load.js";
export { KlaimUser } from "./user.js";

export const connect = (apiKey, options) => new KlaimClient(apiKey, options);
