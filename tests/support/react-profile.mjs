// A component as a user would write it, but for JSX.

import { createElement } from "react";

import { hooks } from "./react.mjs";

/** Says what there is to say of the user: `Ada`, `no nobody`, `pending`, `error not_allowed`. */
export function Profile({ id, onRender = () => {}, options }) {
  const user = hooks.useUser(id, options);
  onRender(user);
  const { data, error, status } = user;
  const text = data ? data.data.name : data === null ? `no ${id}` : error ? `error ${error.code}` : status;
  return createElement("p", null, text);
}
