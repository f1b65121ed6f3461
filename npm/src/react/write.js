// What the cache holds of a user while it is written, and after.

import { userKey } from "./query.js";

/** By QueryClient and user, for the writes that overlap: how many they are, and what is known to be stored. */
const running = new WeakMap();

/** The options of a mutation that calls one method of the handle. */
export function writeOptions(queryClient, client, id, method) {
  const queryKey = userKey(client, id);
  const query = { queryKey, exact: true };
  return {
    mutationKey: queryKey,

    async mutationFn(given) {
      const answer = await client.user(id)[method](given);
      return method === "delete" ? answer : answer.full;
    },

    async onMutate(given) {
      const writes = begin(queryClient, queryKey);
      // Cancelled first: a read that ends now would bring back what was there before. One write after the other, so that
      // none overtakes what was called before it.
      await (writes.ready = writes.ready.then(() => queryClient.cancelQueries(query)));
      if (method === "update" && queryClient.getQueryData(queryKey)) {
        queryClient.setQueryData(queryKey, (record) => preview(record, given));
      }
      return writes;
    },

    async onSettled(result, error, given, writes) {
      // It has not begun: what a mutation cache has been told to do before each has failed.
      if (writes === undefined) return;
      if (error) writes.isUnsure = true;
      else writes.stored = method === "delete" ? null : result;
      if (!error && isRenamed(result, given, id)) {
        writes.isUnsure = true;
        queryClient.setQueryData(userKey(client, result.user_id), result);
      }
      await queryClient.cancelQueries(query);
      if (!end(queryClient, queryKey, writes)) return;
      queryClient.setQueryData(queryKey, writes.stored);
      // Not awaited: the write is over.
      if (writes.isUnsure) queryClient.invalidateQueries(query);
    },
  };
}

/** Joins the writes to this user, and is the first of them if there are none. */
function begin(queryClient, queryKey) {
  const all = running.get(queryClient) ?? new Map();
  running.set(queryClient, all);
  const user = JSON.stringify(queryKey);
  // Those that were cleared from the cache while they were paused never end.
  const hasOthers = queryClient.isMutating({ mutationKey: queryKey, exact: true }) > 1;
  const writes = (hasOthers && all.get(user)) || fresh(queryClient.getQueryData(queryKey));
  all.set(user, writes);
  writes.count += 1;
  return writes;
}

const fresh = (stored) => ({ count: 0, stored, isUnsure: false, ready: Promise.resolve() });

/** Leaves the writes to this user; whether it was the last, and none has begun without it. */
function end(queryClient, queryKey, writes) {
  writes.count -= 1;
  const all = running.get(queryClient);
  const user = JSON.stringify(queryKey);
  return writes.count === 0 && all.get(user) === writes && all.delete(user);
}

/** The record as an update will leave it: of Stream's, data is replaced; of Klaim's, what is given. */
function preview(record, given) {
  try {
    const copy = JSON.parse(JSON.stringify(given));
    if ("data" in record) return { ...record, data: copy };
    return "user_id" in copy ? record : { ...record, ...copy };
  } catch {
    return record; // The call says what is wrong with it.
  }
}

/** Whether a user of Klaim's has a new id. */
const isRenamed = (record, given, id) => given?.user_id !== undefined && (record.user_id ?? id) !== id;
