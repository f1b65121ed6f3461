"use client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { connect } from "user-handle";
import { UserHandleProvider, useUser } from "user-handle/react";

const token = () => new URLSearchParams(location.search).get("credential");
const requests = [];
let hasBegun = false; // In development React runs each effect twice.

const counting = (input, init) => (requests.push(init.method), fetch(input, init));

export function Providers({ baseUrl, apiKey, children }) {
  const [client] = useState(() => connect(apiKey, token, undefined, { baseUrl, fetch: counting }));
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } }));
  return (
    <QueryClientProvider client={queryClient}>
      <UserHandleProvider client={client}>{children}</UserHandleProvider>
    </QueryClientProvider>
  );
}

/** Says `ok` where the server's answer is shown, and tells it once an update was made with a single request. */
export function Hooks({ id }) {
  const { data, error, update } = useUser(id);
  const problem = error ?? update.error;
  useEffect(() => {
    if (!hasBegun) update.mutate({ name: "Countess" });
    hasBegun = true;
    const outcome = `${data?.data.name} after ${requests}`;
    if (problem) document.documentElement.dataset.told = problem.stack;
    else if (update.isSuccess) document.documentElement.dataset.told = outcome === "Countess after PUT" ? "ok" : outcome;
  });
  return <p>{data ? "ok" : "not there"}</p>;
}
