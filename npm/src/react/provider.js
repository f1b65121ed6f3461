// The client, for the components below.

import { createContext, createElement, useContext } from "react";

const Context = createContext(undefined);

export function UserHandleProvider({ client, children }) {
  return createElement(Context.Provider, { value: client }, children);
}

export function useClient() {
  return useClientOr(undefined);
}

/** The client that is given, else the provider's. */
export function useClientOr(given) {
  const provided = useContext(Context);
  const client = given ?? provided;
  if (!client) throw new Error("useUser and useClient need a <UserHandleProvider client={client}> above them");
  return client;
}
