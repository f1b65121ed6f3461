"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { connect } from "user-handle";
import { UserHandleProvider } from "user-handle/react";

async function token(): Promise<string> {
  const answer = await fetch("/token");
  if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`);
  return answer.text();
}

// Next.js replaces each of these by its value, so they have to be written out.
const key = process.env.NEXT_PUBLIC_STREAM_KEY ?? "";
const baseUrl = process.env.NEXT_PUBLIC_STREAM_BASE_URL;

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(() => connect(key, token, undefined, { baseUrl }));
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } }));
  return (
    <QueryClientProvider client={queryClient}>
      <UserHandleProvider client={client}>{children}</UserHandleProvider>
    </QueryClientProvider>
  );
}
