import { HydrationBoundary, QueryClient, dehydrate } from "@tanstack/react-query";
import { connect } from "user-handle";
import { userQuery } from "user-handle/react";
import { Hooks, Providers } from "./hooks.js";

export const dynamic = "force-dynamic";

// Reads the page's user, whom its token may change, by the hook's own query.
export default async function Page() {
  const { baseUrl, key, credential } = Object.fromEntries(new URLSearchParams(process.env.MATRIX_SERVER));
  const id = new URLSearchParams(process.env.MATRIX_PAGE).get("id");
  const client = connect(key, credential, undefined, { baseUrl });
  const user = await client.user(id).getOrCreate();
  await user.update({ name: "Ada" });
  const queryClient = new QueryClient();
  await queryClient.prefetchQuery(userQuery(client, id));
  return (
    <Providers baseUrl={baseUrl} apiKey={key}>
      <HydrationBoundary state={dehydrate(queryClient)}>
        <Hooks id={id} />
      </HydrationBoundary>
    </Providers>
  );
}
