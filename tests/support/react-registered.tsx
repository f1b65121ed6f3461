// Compiled by tests/node/types.test.mjs, never run: a program whose provider has a client of Klaim's users, and says so.

import type { Client, UserRecord } from "user-handle";
import type { KlaimClient, KlaimRecord } from "user-handle/klaim";
import { useClient, useUser } from "user-handle/react";

type Profile = { name: string };

declare module "user-handle/react" {
  interface Register { client: KlaimClient<Profile> }
}

export function Registered({ other }: { other: Client<Profile> }) {
  const client: KlaimClient<Profile> = useClient();
  const { data, update, ...rest } = useUser("ada");
  const record: KlaimRecord<Profile> | null | undefined = data;
  update.mutate({ user_id: "b", metadata: { name: "Ada" } });
  // @ts-expect-error there is no such key
  update.mutate({ metadata: { nmae: "Ada" } });
  // @ts-expect-error the service deletes nobody
  rest.delete;
  const email: string | undefined = useUser("ada", { select: (user) => user?.email }).data;
  const streams: UserRecord<Profile> | null | undefined = useUser("ada", { client: other }).data;
  return [client, record, email, streams].length;
}
