// The public surface.

import { FeedError, SiteError, ValidationError, isUserHandleError } from "../../../src/js/errors.js";
import { StreamApiError } from "../../../src/js/stream.js";
import { init, refusal } from "../load.js";
import { Client } from "./client.js";
import { User } from "./user.js";

export {
  Client, Client as StreamClient, FeedError, SiteError, StreamApiError, User, User as StreamUser, ValidationError, init,
  isUserHandleError,
};

let last;

export function connect(apiKey, secretOrToken, appId, options) {
  return (last = new Client(apiKey, secretOrToken, appId, options));
}

export function user(id) {
  if (last === undefined) throw refusal("not connected");
  return last.user(id);
}

// As Stream's client has it for `import stream from "…"`.
export default {
  Client, StreamClient: Client, FeedError, SiteError, StreamApiError, User, StreamUser: User, ValidationError, connect, init,
  isUserHandleError, user,
};
