// Stream, by `user-handle`: the build for browsers, or on the visitor's own machine the one that takes the app secret.

import type { Client, NewUser, User, UserRecord } from "user-handle";

import { recordingFetch } from "../calls/log";
import { CHECK, checked, NOBODY } from "./check";
import { findList, requestAuthOf } from "./listing";
import { isLocal, isLocalPage } from "./loopback";
import { below, silentFetch } from "./rehearsal";
import { release } from "./release";
import type { Credentials, Outcome, Service, Session, UserRow, Verb } from "./types";

const VERBS: readonly Verb[] = ["create", "getOrCreate", "get", "profile", "update", "delete"];

/** The package is asked for when the page is there: nothing of it is needed to paint the form. */
const load = () => (isLocalPage ? import("user-handle/server") : import("user-handle"));

export const stream: Service = {
  name: "Stream",
  rootPath: "api/",
  keyLabel: "App key",
  credentialLabel: "User token or app secret",
  demo: { key: "demo-key", credential: "demo-secret-that-everybody-may-know" },
  load,
  open,
};

const SORTS = [
  ["id", "Id, A to Z"],
  ["-id", "Id, Z to A"],
  ["-created_at", "Newest first"],
  ["created_at", "Oldest first"],
  ["-updated_at", "Last changed first"],
  ["updated_at", "First changed first"],
] as const;

/** Well formed and good for nothing: what it opens sends nothing. */
const NO_TOKEN = "e30.eyJ1c2VyX2lkIjoibm9ib2R5In0.AA";

async function open({ root, key, credential }: Credentials): Promise<Session> {
  const { connect } = await load();
  const allowed = isLocal(root) ? { browser: false } : {};
  const client = connect(key, credential, undefined, { baseUrl: root, fetch: recordingFetch, ...allowed });
  const imitation = connect("nobody", NO_TOKEN, undefined, { baseUrl: root, fetch: silentFetch });
  const { usingApiSecret } = client;
  // What the service refuses has a number of its own.
  await checked(root, client, client.user(client.userId ?? NOBODY).get(CHECK), ({ apiCode }) => apiCode !== undefined);
  const batches = usingApiSecret && isLocalPage;
  // Batches are for the server side, so that their imitation needs a secret as well.
  const silent = batches ? connect("nobody", "nothing", undefined, { baseUrl: root, fetch: silentFetch, ...allowed }) : undefined;
  const listed = usingApiSecret && (await listAt(root, key, credential));
  return {
    service: "Stream",
    root,
    key,
    who: usingApiSecret ? "the server side" : `the user ${client.userId}`,
    verbs: VERBS,
    maxBytes: MAX_DATA_BYTES,
    example: { name: "Ada Lovelace", occupation: "mathematician" },
    editorLabel: "Data, as JSON",
    usesSecret: usingApiSecret,
    checkId: (id) => problemOf(() => client.user(id)),
    checkData: (value) => below("data", () => imitation.user("nobody").update(value as never)),
    call: (verb, id, value, signal) => call(client, verb, id, value, signal),
    rateLimit: () => client.rateLimit,
    on: (event, listener) => void client.on(event, listener),
    reference: (id) => client.users.ref(id),
    importUsers: batches ? (source, options) => client.users.import(source, options) : undefined,
    many: batches ? manyOf(client) : undefined,
    rehearseImport: silent && ((source, options) => silent.users.import(source, options)),
    all: undefined,
    list: listed || undefined,
    sorts: SORTS,
    close: () => release(client, imitation, silent),
  };
}

const manyOf = (client: Client): NonNullable<Session["many"]> => ({
  async read(ids, signal) {
    const { users } = await client.getUsers(ids, { signal });
    return users.map(({ id, data }) => ({ id, data }));
  },
  delete: async (ids, signal) => void (await client.deleteUsers(ids, { signal })),
  create: async (users, signal) => void (await client.addUsers(users as NewUser[], false, { signal })),
});

async function listAt(root: string, key: string, secret: string) {
  const { connect } = await load();
  const auth = await requestAuthOf(async (fetch) => {
    const client = connect(key, secret, undefined, { baseUrl: root, browser: false, fetch });
    await client.user(NOBODY).get().finally(() => release(client));
  });
  return findList<UserRecord>(new URL("/admin/users", root).href, auth, (record) => ({
    id: record.id,
    data: record.data,
    created: record.created_at,
    changed: record.updated_at,
    followers: undefined,
    following: undefined,
    record,
  }));
}

async function call(client: Client, verb: Verb, id: string, value: unknown, signal: AbortSignal): Promise<Outcome> {
  const handle = client.user(id);
  const data = value as Record<string, unknown>;
  const options = { signal };
  switch (verb) {
    case "create":
    case "getOrCreate":
    case "update":
      return { user: toRow(await handle[verb](data, options)) };
    case "delete": {
      const answer = await handle.delete(options);
      return { other: answer, alreadyGone: answer.alreadyGone === true };
    }
    case "profile":
      return { user: toRow(await handle.profile(options)) };
    default:
      return { user: toRow(await handle.get(options)) };
  }
}

function toRow({ id, full, data }: User): UserRow {
  return {
    id,
    data,
    created: full?.created_at,
    changed: full?.updated_at,
    followers: full?.followers_count,
    following: full?.following_count,
    record: { ...full, id },
  };
}

function problemOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
