import { HydrationBoundary, QueryClient, dehydrate } from "@tanstack/react-query";
import { userQuery } from "user-handle/react";
import { signedIn } from "../../lib/session";
import { users } from "../../lib/users";
import { Profile } from "./profile";
import { Providers } from "./providers";

export const dynamic = "force-dynamic";

export default async function Page() {
  const id = await signedIn();
  if (!id) return <p>Sign in first.</p>;
  const queryClient = new QueryClient();
  await queryClient.prefetchQuery(userQuery(users(), id));
  return (
    <Providers>
      <HydrationBoundary state={dehydrate(queryClient)}>
        <Profile id={id} />
      </HydrationBoundary>
    </Providers>
  );
}
