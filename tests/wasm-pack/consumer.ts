// A strict program; each line after `@ts-expect-error` must not compile.

import { Client, User, Users, connect, isUserHandleError, user } from "user-handle";
import type { CallOptions, ClientEvent, ConnectOptions, DeleteResponse, RateLimit, UserData, UserRecord } from "user-handle";

const options: ConnectOptions = { location: "us-east", timeout: 1_000, retries: 0, fetch };
const client: Client = connect("key", "secret", null, options);
connect("key", async (reason) => (reason === "expired" ? "new" : "old"));
connect("key", null, 7);

const handle: User = user("ada");
const data: UserData = { name: "Ada", tags: [1, null] };
const call: CallOptions = { signal: new AbortController().signal, deadline: 5_000 };

export async function main(): Promise<void> {
  const made: User = await handle.getOrCreate(data, call);
  const record: UserRecord | undefined = (await made.get({ with_follow_counts: true })).full;
  const name: unknown = made.data?.["name"];
  const count: number | undefined = record?.followers_count;
  await made.create(data, { get_or_create: true, reconcile: true });
  const { duration, alreadyGone }: DeleteResponse = await made.update().then((updated) => updated.delete());
  const users: Users = client.users;
  await users.add("bob", { n: 1 }, true);
  const own: User | undefined = (await client.setUser({ name: "Ada" })) && client.currentUser;
  const token: string = client.createUserToken("ada", { role: "admin" });
  await client.flagUser("bob", { reason: "spam" });
  const limits: RateLimit | undefined = client.rateLimit;
  const stop: () => void = client.on("retry", (event: ClientEvent) => console.log(event.delayMs, event.callId, event.error));
  stop();
  client.off("retry");
  console.log(name, count, duration, alreadyGone, own?.ref(), token, limits?.remaining, JSON.stringify(made.toJSON()));
}

main().catch((error: unknown) => {
  if (!isUserHandleError(error)) throw error;
  console.log(error.code, error.attempts, error.hint?.length, error.status, error.requestId, error.retryAfterMs, error.rateLimit?.reset);
  console.log(error.path, error.limit, error.actual, error.phase, error.apiCode, error.exception, error.detail, error.cause);
  console.log(error.error, error.response?.headers["date"]);
});

// @ts-expect-error: an id is a text
user(7);
// @ts-expect-error: there is no such event
client.on("answer", () => {});
// @ts-expect-error: there is no such option
connect("key", "secret", null, { timeOut: 1 });
// @ts-expect-error: handles come from clients
new User();
// @ts-expect-error: it is only read
handle.id = "bob";
