// user-handle/react for server components, where everything of a client module is only a reference: they can call what
// prefetches.

export { UserHandleProvider, useClient, useUser } from "./react.js";
export { userKey, userQuery } from "./query.js";
