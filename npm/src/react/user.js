// The hook: a query for the user's record, and a mutation for each method that writes.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useClientOr } from "./provider.js";
import { userQuery } from "./query.js";
import { writeOptions } from "./write.js";

export function useUser(id, { client: given, ...options } = {}) {
  const client = useClientOr(given);
  const queryClient = useQueryClient();
  const isMissing = id === undefined || id === null;
  const query = useQuery({ ...userQuery(client, id), ...options, ...(isMissing && { enabled: false }) });
  const mutations = {
    create: useMutation(writeOptions(queryClient, client, id, "create")),
    getOrCreate: useMutation(writeOptions(queryClient, client, id, "getOrCreate")),
    update: useMutation(writeOptions(queryClient, client, id, "update")),
    delete: useMutation(writeOptions(queryClient, client, id, "delete")),
  };
  // A copy would read all of the query's properties, and what is read is what a component renders again for.
  return new Proxy(query, {
    get: (target, name) => (Object.hasOwn(mutations, name) ? mutations[name] : Reflect.get(target, name)),
    has: (target, name) => Object.hasOwn(mutations, name) || Reflect.has(target, name),
    // For `{ data, ...rest }`.
    ownKeys: (target) => [...Reflect.ownKeys(target), ...Object.keys(mutations)],
    getOwnPropertyDescriptor: (target, name) =>
      Object.getOwnPropertyDescriptor(Object.hasOwn(mutations, name) ? mutations : target, name),
  });
}
