// Where a user is in TanStack Query's cache, and how it gets there. Nothing is imported, so that server components can
// prefetch with it.

export function userKey(client, id) {
  return ["user-handle", client.baseUrl, application(client), id ?? null];
}

export function userQuery(client, id) {
  return {
    queryKey: userKey(client, id),
    queryFn: ({ signal }) => read(client, id, signal),
    // The client itself repeats what is worth repeating.
    retry: false,
  };
}

/** That a user does not exist is an answer: as an error it would leave an older record in the cache, and not be hydrated. */
async function read(client, id, signal) {
  try {
    return (await client.user(id).get({ signal })).full;
  } catch (error) {
    if (error.code === "not_found") return null;
    throw error;
  }
}

/** Tells applications apart without their API keys, since query keys get into pages and logs: FNV-1a. */
function application({ apiKey = "" }) {
  let hash = 0x811c9dc5;
  for (const character of apiKey) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
  return (hash >>> 0).toString(36);
}
