"use client";
// user-handle/react: hooks on TanStack Query.

export { UserHandleProvider, useClient } from "./provider.js";
export { userKey, userQuery } from "./query.js";
export { useUser } from "./user.js";
