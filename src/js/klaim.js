// What only the second service needs.

/** Its manual names these headers for every request, and no others. */
export function plainHeaders({ init }) {
  init.headers = { authorization: init.headers.authorization, "content-type": "application/json" };
}

/** What JSON text of ours holds. */
export const parseJson = (text) => JSON.parse(text);
