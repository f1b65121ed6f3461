// Compiled by tests/node/types.test.mjs, never run. Each @ts-expect-error is a line that must not compile.

import stream, {
  Client, FeedError, SiteError, StreamApiError, StreamClient, StreamUser, User, ValidationError, connect, init,
  isUserHandleError, user,
} from "user-handle";
import type {
  AddUsersResponse, CallOptions, ClientOptions, DeleteResponse, ErrorCode, ImportFailure, ImportProgress, ImportReport,
  MissingReference, RateLimit, TokenProvider, UserHandleError, UserRecord,
} from "user-handle";
import { mockService, userToken } from "user-handle/testing";
import { KlaimError, KlaimUser, connect as connectKlaim } from "user-handle/klaim";
import type { KlaimClient, KlaimErrorCode, KlaimRecord } from "user-handle/klaim";
import type { Failure, MockService, MockServiceOptions, StoredUser, TestRequest } from "user-handle/testing";

type Profile = { name: string; born?: number };

const options: ClientOptions = { baseUrl: "https://example.com/api/", timeout: 1, retries: 0, fetch };
const client: Client<Profile> = connect<Profile>("key", "secret", "1", options);
const plain: Client = connect("key", null);
const provider: TokenProvider = (reason) => (reason === "initial" ? "token" : Promise.resolve("token"));
connect("key", provider);
connect();
// @ts-expect-error a key is text
connect(7);
// @ts-expect-error credentials are text, a function or null
connect("key", {});
// @ts-expect-error a provider gives text
connect("key", () => 7);
// @ts-expect-error there is no such option
connect("key", null, undefined, { region: "eu" });
// @ts-expect-error a signal belongs to a call
connect("key", null, undefined, { signal: new AbortController().signal });
const made: StreamClient<Profile> = new StreamClient<Profile>("key", null, undefined, { keepAlive: true, fayeUrl: "" });
const handle: StreamUser<Profile> = new StreamUser(made, "ada", "token");
stream.connect("key", null) satisfies Client;
new stream.StreamClient("key") satisfies Client;
new Client("key") satisfies StreamClient;
new User(client, "ada") satisfies StreamUser<Profile>;

// Data may be an interface, and the generics of Stream's client do as well as the data alone.
interface Account { name: string; visits?: number }
const accounts: StreamClient<Account> = connect<Account>("key", null);
const generics = connect<{ userType: Account; activityType: { verb: string } }>("key", null);

export async function handles(): Promise<void> {
  const ada: User<Profile> = await client.user("ada").create({ name: "Ada" });
  await ada.getOrCreate({ name: "Ada" }, { signal: AbortSignal.timeout(1), timeout: 1, deadline: 1, retries: 1 });
  await ada.update({ name: "Ada", born: 1815 });
  // @ts-expect-error data is replaced as a whole: a part of it would be all that is left
  await ada.update({ born: 1815 });
  // @ts-expect-error a user is created with whole data, or none
  await ada.create({ born: 1815 });
  const visits: number | undefined = (await accounts.user("ada").get()).data.visits;
  const name: string = (await generics.user("ada").getOrCreate({ name: "Ada" })).data.name;
  const account: StreamUser<Account> = await accounts.user("ada").update({ name: "Ada" });
  ada.data = { name: "Ada" };
  client.currentUser = ada;
  const tokens: (string | null)[] = [ada.token, client.userToken, client.apiSecret, client.getOrCreateToken()];
  const owner: StreamClient<Profile> = handle.client;
  void [visits, name, account, tokens, owner];
  await ada.create({ name: "Ada" }, { get_or_create: true, retries: 0 });
  const born: number | undefined = ada.data?.born;
  const full: UserRecord<Profile> | undefined = ada.full;
  const followers: number | undefined = (await ada.profile()).full?.followers_count;
  const deleted: DeleteResponse = await ada.delete();
  const gone: true | undefined = deleted.alreadyGone;
  const ref: string = ada.ref();
  // @ts-expect-error a name is text
  await ada.create({ name: 7 });
  // @ts-expect-error there is no such key
  await ada.update({ nmae: "Ada" });
  // @ts-expect-error an id is text
  client.user(7);
  // @ts-expect-error an id cannot be changed
  ada.id = "eve";
  // @ts-expect-error data may not have been seen yet
  client.user("ada").data.name;
  // @ts-expect-error there is no such option
  await ada.get({ with_follows: true });

  const report: ImportReport = await client.users.import([{ id: "ada", data: { name: "Ada" } }], {
    override: true, concurrency: 4, batchSize: 100, resumeFrom: 7,
    onProgress: ({ checkpoint }: ImportProgress) => console.log(checkpoint),
    onFailure: ({ index, id, error }: ImportFailure) => console.log(index, id, error.message),
  });
  await client.users.import("{}\n");
  await client.users.import(await new Response("{}\n").arrayBuffer());
  await client.users.import(new Blob([]).stream(), { signal: AbortSignal.timeout(1) });
  // @ts-expect-error a user has an id
  await client.users.import([{ data: { name: "Ada" } }]);
  // @ts-expect-error there is no such option
  await client.users.import([], { parallel: 4 });
  const plainActivity: unknown = client.references({ actor: ada });
  const enriched: unknown = await client.enrich(plainActivity, { retries: 0 });
  const missing = (enriched as { actor: MissingReference }).actor.error;

  const top: User<Profile> = user<Profile>("ada");
  const any: unknown = (await plain.user("ada").get()).data?.["anything"];
  const batch: AddUsersResponse<Profile> = await client.addUsers([{ id: "a", data: { name: "A" } }, { id: "b" }, top], true);
  await client.addUsers(new Set([{ id: "a" }]));
  const names: string[] = (await client.getUsers(["a"])).users.map((found) => found.data.name);
  const ids: string[] = (await client.deleteUsers(new Set(["a"]))).deleted_user_ids;
  // @ts-expect-error a member has an id
  await client.addUsers([{ data: { name: "A" } }]);
  const added: User<Profile> = await client.users.add("a", { name: "A" }, { getOrCreate: true, timeout: 1 });
  const own: User<Profile> = await client.setUser({ name: "A" });
  const token: string = client.createUserToken("a", { exp: 4_102_444_800 });
  const flagged: string = (await client.flagUser("a", { reason: "spam", user_id: "me", timeout: 1 })).duration;
  const limit: number | undefined = client.rateLimit?.limit;
  const current: User<Profile> | undefined = client.currentUser;
  await init(new URL("https://example.com/user-handle.wasm"));
  client[Symbol.dispose]();
  void [report, enriched, missing, born, full, followers, gone, ref, any, batch, names, ids, added, own, token, flagged, limit, current];
}

export function events(): void {
  const stop: () => void = client.on("response", (event) => {
    const status: number = event.status;
    const limits: RateLimit | undefined = event.rateLimit;
    void [status, limits];
  });
  stop();
  client.on("retry", ({ delayMs, error }) => void [delayMs.toFixed(), error.message]);
  client.on("retry", ({ error }) => {
    if (error.code === "conflict") void error.response.statusText;
  });
  // As with Stream's client.
  client.on("request", (method: string, { url }: { url: string }) => void [method.length, url.length]);
  client.on("response", (error: null, { status }: { status: number }, data: unknown) => void [error, status, data]);
  client.on("response", (error, response, data) => void [error, response, data]);
  client.off("retry");
  client.off();
  // @ts-expect-error there is no such event
  client.on("respond", () => {});
  // @ts-expect-error a request has no status yet
  client.on("request", (event) => event.status);
}

export function errors(error: unknown): string {
  if (error instanceof StreamApiError) return `${error.status} ${error.apiCode} ${error.rateLimit?.reset}`;
  if (error instanceof ValidationError) return `${error.path} ${error.limit}`;
  if (error instanceof FeedError) return error.hint ?? "";
  if (error instanceof SiteError) return error.phase ?? "";
  if (!isUserHandleError(error)) return "";
  const attempts: number = error.attempts;
  const code: ErrorCode = error.code;
  // @ts-expect-error the list of codes is closed
  if (code === "teapot") return "";
  // @ts-expect-error codes are read only
  error.code = "conflict";
  return `${attempts} ${code} ${byCode(error)}`;
}

/** The code tells the class. */
function byCode(error: UserHandleError): number {
  if (error.code === "not_found") return error.status;
  if (error.code === "data_too_large") return error.path.length + (error.limit ?? 0);
  if (error.code === "network") return error.phase === "body" ? 1 : 0;
  // @ts-expect-error an error with this code has no status
  if (error.code === "timeout") return error.status;
  const { response } = error as StreamApiError<{ detail: string }>;
  return response.data.detail.length;
}

export const callOptions: CallOptions = { signal: new AbortController().signal };

export async function testing(): Promise<void> {
  const users = [{ id: "ada", data: { name: "Ada" } }, { id: "eve" }];
  const given: MockServiceOptions = { users, now: () => new Date(0) };
  const service: MockService = mockService(given);
  const { fetch } = service;
  await connect<Profile>("key", userToken("ada", { exp: 1 }), undefined, { fetch }).user("ada").get();
  const stored: StoredUser | undefined = service.user("ada");
  const ids: string[] = service.users().map(({ id }) => id);
  const requests: readonly TestRequest[] = service.requests;
  const failures: Failure[] = ["network", "unreachable", "hang", "cut", { status: 503, headers: {} }];
  const end: () => void = service.fail({ status: 429, body: { detail: "slow" } }, { times: 2, applied: true });
  service.fail("hang", { when: ({ method, path }) => method === "POST" && path === "user/" });
  service.add(new Set([{ id: "bob" }]));
  // A handle of the package will do.
  service.add([client.user("ada")]);
  service.reset();
  mockService();
  // @ts-expect-error there is no such failure
  service.fail("reset");
  // @ts-expect-error an answer has a status
  service.fail({ body: "busy" });
  // @ts-expect-error a user has an id
  mockService({ users: [{ data: {} }] });
  // @ts-expect-error a clock gives dates
  mockService({ now: () => 0 });
  // @ts-expect-error an id is text
  userToken(7);
  // @ts-expect-error whoever it is may be missing
  service.user("ada").data;
  void [stored, ids, requests, failures, end];
}

export async function klaim(error: unknown): Promise<void> {
  const client: KlaimClient<Profile> = connectKlaim<Profile>("key", { baseUrl: "https://example.com/", timeout: 1, fetch });
  const ada: KlaimUser<Profile> = await client.user("a/b").create({ email: "a@b.c", metadata: { name: "Ada" } }, { retries: 0 });
  await ada.getOrCreate({ email: "a@b.c", name: "Ada" });
  const name: string | undefined = (await ada.get()).data?.name;
  const full: KlaimRecord<Profile> | undefined = (await ada.update({ user_id: "b", metadata: { name: "A" } })).full;
  const credits: number = await ada.creditBalance();
  const added: KlaimUser<Profile> = await client.users.add({ email: "a@b.c", userId: "a" });
  for await (const record of client.users.list({ signal: AbortSignal.timeout(1) })) {
    const created: number = record.created_at;
    const source: "api" | "promotion" | "member_manual" | undefined = record.acquisition_source;
    void [created, source];
  }
  client.on("request", ({ operation }) => void operation.length);
  if (error instanceof KlaimError) {
    const code: KlaimErrorCode = error.code;
    const status: number = error.status;
    // @ts-expect-error the list of codes is closed
    if (error.code === "conflict") return;
    void [code, status];
  }
  // @ts-expect-error the service deletes nobody
  await ada.delete();
  // @ts-expect-error the service deletes nobody
  await client.users.delete("a");
  // @ts-expect-error an email is required
  await ada.create({ name: "Ada" });
  // @ts-expect-error where the API is has to be said
  connectKlaim("key", {});
  // @ts-expect-error a key is required
  connectKlaim();
  // @ts-expect-error the id of a new user has the name of the wire
  await client.users.add({ email: "a@b.c", user_id: "a" });
  // @ts-expect-error metadata has a type
  await ada.update({ metadata: { name: 7 } });
  // @ts-expect-error a record may not have been seen yet
  ada.full.email;
  // @ts-expect-error handles come from clients
  new KlaimUser(client, "ada");
  void [name, full, credits, added];
}
