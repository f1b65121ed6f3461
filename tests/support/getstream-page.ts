// What pages and back ends of Stream's client look like, from its tutorials: the second program that tests/node/types.test.mjs
// compiles with that one, and with this package in its place.

import * as stream from "getstream";
import def, { connect, type DefaultGenerics, type UR } from "getstream";
import type { HandlerCallback, StreamUser as Handle, UnknownRecord, UserAPIResponse } from "getstream";

/** Data as an interface has it: without an index signature. */
interface Profile {
  name: string;
  profileImage?: string;
  likes?: string[];
}
interface Generics extends DefaultGenerics {
  userType: Profile & UR;
}

/** A back end: makes users and their tokens. */
export class Backend {
  private readonly client: stream.StreamClient<Generics>;

  constructor(key: string | undefined, secret: string | undefined, app?: string) {
    this.client = stream.connect<Generics>(key ?? "", secret ?? null, app, { location: "dublin", timeout: 10_000 });
  }

  async signUp(id: string, profile: Profile): Promise<{ token: string; user: UserAPIResponse<Generics> | undefined }> {
    const user = await this.client.user(id).getOrCreate({ ...profile });
    return { token: this.client.createUserToken(user.id), user: user.full };
  }

  async rename(id: string, name: string): Promise<string> {
    const user = await this.client.user(id).get();
    const updated = await user.update({ ...user.data, name });
    return updated.data?.name ?? name;
  }

  remove(ids: string[]): Promise<unknown[]> {
    return Promise.all(ids.map((id) => this.client.user(id).delete()));
  }

  async report(id: string, by: string): Promise<string | undefined> {
    const { duration } = await this.client.flagUser(id, { reason: "spam", user_id: by });
    return duration;
  }

  async import(users: Record<string, Profile>): Promise<number> {
    const added = await this.client.addUsers?.(Object.keys(users).map((id) => this.client.user(id)), true);
    const found = await this.client.getUsers?.(Object.keys(users));
    return (added?.created_users.length ?? 0) + (found?.users.length ?? 0);
  }
}

/** A page: its user is the token's. */
export async function signIn(token: string, profile: Profile): Promise<string[]> {
  const client = connect<Generics>("key", token, "1234");
  const handle: Handle<Generics> = await client.setUser({ ...profile });
  const same: Handle<Generics> | undefined = client.currentUser;
  const counted = await client.user(client.userId ?? handle.id).profile();
  const { followers_count: followers = 0, created_at: since = "" } = counted.full ?? {};
  return [handle.ref(), same?.id ?? "", String(followers), since];
}

/** What catches errors, by their class. */
export function explain(error: unknown): string {
  if (error instanceof stream.StreamApiError) return `${error.response.status} ${error.message}`;
  if (error instanceof def.SiteError || error instanceof def.FeedError) return error.message;
  return error instanceof Error ? error.name : String(error);
}

/** Tells of requests, through a listener of any form. */
export function watch(listener: HandlerCallback, told: UnknownRecord = {}): void {
  connect("key", null, "1234").on("request", listener);
  told.since = Date.now();
}

const anonymous: stream.StreamClient = new def.StreamClient("key", null, 1234 as unknown as string);
export const hasSecret: boolean = anonymous.usingApiSecret;
