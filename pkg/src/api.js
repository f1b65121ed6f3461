// The public surface.

import { Client } from "./client.js";
import { siteError } from "./errors.js";

export { Client };
export { FeedError, SiteError, StreamApiError, ValidationError, isUserHandleError } from "./errors.js";
export { init } from "./load.js";
export { User } from "./user.js";

let last;

export function connect(apiKey, secretOrToken, appId, options) {
  return (last = new Client(apiKey, secretOrToken, appId, options));
}

export function user(id) {
  if (last === undefined) throw siteError("not_connected", "there is no client yet", "call connect first");
  return last.user(id);
}
