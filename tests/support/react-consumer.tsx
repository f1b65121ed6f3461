// Compiled by tests/node/types.test.mjs, never run. Each @ts-expect-error is a line that must not compile.

import { QueryClient, QueryClientProvider, dehydrate, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { connect } from "user-handle";
import type { Client, DeleteResponse, ErrorCode, UserRecord } from "user-handle";
import { connect as connectKlaim } from "user-handle/klaim";
import type { KlaimClient, KlaimRecord } from "user-handle/klaim";
import { UserHandleProvider, useClient, useUser, userKey, userQuery } from "user-handle/react";
import type { UserKey, UserResult } from "user-handle/react";

type Profile = { name: string; born?: number };

const client = connect<Profile>("key", null);
const klaim = connectKlaim<Profile>("key", { baseUrl: "https://example.com/" });
const queryClient = new QueryClient();

export function Page({ id }: { id: string | undefined }) {
  const user: UserResult<Profile> = useUser<Profile>(id, { staleTime: 1_000, enabled: true });
  const { data, error, update } = user;
  if (error) return <p>{error.code satisfies ErrorCode | "missing_fields" | "email_exists" | "user_id_exists"}</p>;
  if (data === undefined) return null;
  const record: UserRecord<Profile> | null = data;
  // @ts-expect-error there may be no such user
  record.data;
  const submit = async () => {
    const updated: UserRecord<Profile> = await update.mutateAsync({ name: "Ada", born: 1815 });
    user.create.mutate();
    user.create.mutate({ name: "Ada" }, { onSuccess: (created) => void created.data.name });
    user.getOrCreate.mutate({ name: "Ada" });
    const gone: DeleteResponse = await user.delete.mutateAsync();
    // @ts-expect-error there is no such key
    update.mutate({ nmae: "Ada" });
    // @ts-expect-error data is required
    update.mutate();
    // @ts-expect-error a user is deleted without data
    user.delete.mutate({ name: "Ada" });
    void [updated, gone];
  };
  return <button disabled={update.isPending} onClick={submit}>{record?.data.born}{update.error?.message}</button>;
}

export function Others() {
  const plain: unknown = useUser("ada").data?.data["anything"];
  const name: string | undefined = useUser("ada", { client, select: (record) => record?.data.name }).data;
  const given: UserRecord<Profile> | null = useSuspenseQuery(userQuery(client, "ada")).data;
  const born: number | undefined = useQuery(userQuery(client, "ada")).data?.data.born;
  const own: Client = useClient();
  const typed: Client<Profile> = useClient<Client<Profile>>();
  // @ts-expect-error an id is text
  useUser(7);
  // @ts-expect-error the key is the hook's own
  useUser("ada", { queryKey: ["ada"] });
  // @ts-expect-error there is no such option
  useUser("ada", { with_follow_counts: true });
  return [plain, name, given, born, own, typed].length;
}

export function Klaim() {
  const { data, update, create, ...rest } = useUser("ada", { client: useClient<KlaimClient<Profile>>() });
  const record: KlaimRecord<Profile> | null | undefined = data;
  create.mutate({ email: "a@b.c", metadata: { name: "Ada" } });
  update.mutate({ user_id: "b" });
  // @ts-expect-error an email is required
  create.mutate({ name: "Ada" });
  // @ts-expect-error the service deletes nobody
  rest.delete;
  return record?.email;
}

export async function prefetch(): Promise<unknown> {
  await queryClient.prefetchQuery(userQuery(client, "ada"));
  const record: UserRecord<Profile> | null = await queryClient.fetchQuery(userQuery(client, "ada"));
  const kept: UserRecord<Profile> | null | undefined = queryClient.getQueryData(userKey(client, "ada"));
  const moved: KlaimRecord<Profile> | null | undefined = queryClient.getQueryData(userKey(klaim, "ada"));
  const key: UserKey = userKey(client, undefined);
  await queryClient.invalidateQueries({ queryKey: key });
  // @ts-expect-error a query has an id
  userQuery(client, undefined);
  return [dehydrate(queryClient), record, kept, moved];
}

export const root = (
  <QueryClientProvider client={queryClient}>
    <UserHandleProvider client={client}><Page id="ada" /></UserHandleProvider>
    <UserHandleProvider client={klaim} />
  </QueryClientProvider>
);
// @ts-expect-error a provider has a client
export const bare = <UserHandleProvider />;
