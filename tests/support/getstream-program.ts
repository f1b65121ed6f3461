// A program for Stream's client. tests/node/types.test.mjs compiles it with that one, and with this package in its place.

import stream, { FeedError, SiteError, StreamApiError, StreamClient, StreamUser, connect } from "getstream";
import type {
  APIResponse, AddUsersResponse, ClientOptions, DefaultGenerics, EnrichedUser, FlagAPIResponse, FlagUserOptions,
  GetUsersResponse, UR, UserAPIResponse,
} from "getstream";

type Profile = { name: string; visits?: number };
type Generics = DefaultGenerics & { userType: Profile };

const options: ClientOptions = {
  browser: false, expireTokens: true, fayeUrl: "https://faye.example/", group: "web", keepAlive: true, keepAliveMsecs: 1,
  local: false, location: "us-east", maxFreeSockets: 1, maxSockets: 1, protocol: "https", scheduling: "lifo", timeout: 3_000,
  urlOverride: { api: "https://api.example/api/", analytics: "https://analytics.example/" }, version: "v1.0",
};
const client: StreamClient<Generics> = connect<Generics>("key", "secret", "1234", options);
const plain: StreamClient = new StreamClient("key", null);
const again: StreamClient<Generics> = new StreamClient<Generics>("key", "secret", "1234", options);
const other: StreamClient = stream.connect("key", null, "1234");

export async function users(): Promise<void> {
  const ada: StreamUser<Generics> = client.user("ada");
  const made: StreamUser<Generics> = new StreamUser<Generics>(client, "eve", "token");
  const created: StreamUser<Generics> = await ada.create({ name: "Ada" }, { get_or_create: true });
  const name: string | undefined = (await ada.getOrCreate({ name: "Ada" })).data?.name;
  const full: UserAPIResponse<Generics> | undefined = (await ada.get({ with_follow_counts: true })).full;
  const counts: (number | undefined)[] = [full?.followers_count, (await ada.profile()).full?.following_count];
  await ada.update({ name: "Ada Lovelace", visits: 1 });
  ada.data = { name: "Countess" };
  await ada.update();
  const enriched: EnrichedUser<Generics> | undefined = full;
  const answer: APIResponse = await ada.delete();
  const texts: string[] = [ada.id, ada.ref(), answer.duration ?? "", JSON.stringify(made.id)];
  const owner: StreamClient<Generics> = ada.client;

  const reason: FlagUserOptions = { reason: "spam", user_id: "eve" };
  const flag: FlagAPIResponse = await ada.flag(reason);
  await client.flagUser("ada", reason);
  const added: AddUsersResponse | undefined = await plain.addUsers?.([plain.user("ada"), plain.user("eve")], false);
  const found: GetUsersResponse | undefined = await plain.getUsers?.(["ada", "eve"]);
  await plain.deleteUsers?.(["ada", "eve"]);

  const own: StreamUser<Generics> = await client.setUser({ name: "Ada" });
  client.currentUser = own;
  const id: string | undefined = client.currentUser.id ?? client.userId;
  const token: string = client.createUserToken("auth0|ada", { exp: 4_102_444_800 });
  const anything: UR = { token, secret: client.apiSecret, user: client.userToken, mine: client.getOrCreateToken() };
  const shown: (string | boolean | undefined)[] = [
    client.apiKey, client.appId, client.baseUrl, client.version, client.group, client.location, client.usingApiSecret,
    client.expireTokens,
  ];
  void [created, name, counts, enriched, texts, owner, flag.duration, added?.created_users, found?.users, id, anything, shown];
  void [again, other];
}

client.on("request", (method, options) => void [method, options]);
client.on("response", (error, response, data) => void [error, response, data]);
client.off("request");
client.off();

export function failed(error: unknown): unknown {
  if (error instanceof StreamApiError) {
    const { response } = error as StreamApiError<{ detail: string }>;
    return [error.message, error.error, response.status, response.statusText, response.data.detail];
  }
  return (error instanceof FeedError || error instanceof SiteError) && error.message;
}
