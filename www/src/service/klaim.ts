// Klaim, by `user-handle/klaim`. It has no tokens: whoever has the key may do everything.

import type { KlaimChanges, KlaimClient, KlaimRecord, NewKlaimUser } from "user-handle/klaim";

import { recordingFetch } from "../calls/log";
import { CHECK, checked, NOBODY } from "./check";
import { findList, requestAuthOf } from "./listing";
import { below, silentFetch } from "./rehearsal";
import { release } from "./release";
import type { Credentials, Outcome, Service, Session, UserRow, Verb } from "./types";

const VERBS: readonly Verb[] = ["create", "getOrCreate", "get", "update", "creditBalance"];

const SORTS = [
  ["id", "Id, A to Z"],
  ["-id", "Id, Z to A"],
  ["-created_at", "Newest first"],
  ["created_at", "Oldest first"],
] as const;

const load = () => import("user-handle/klaim");

export const klaim: Service = {
  name: "Klaim",
  rootPath: "klaim/",
  keyLabel: "API key",
  credentialLabel: undefined,
  demo: { key: "demo-klaim-key", credential: "" },
  load,
  open,
};

async function open({ root, key }: Credentials): Promise<Session> {
  const { connect } = await load();
  const client = connect(key, { baseUrl: root, fetch: recordingFetch });
  await checked(root, client, client.user(NOBODY).get(CHECK), ({ detail }) => detail !== undefined);
  const auth = await requestAuthOf((fetch) => connect(key, { baseUrl: root, fetch }).user(NOBODY).get());
  const list = await findList<KlaimRecord>(`${root}admin/users`, auth, toRow);
  const imitation = connect("nobody", { baseUrl: root, fetch: silentFetch });
  return {
    service: "Klaim",
    root,
    key: "",
    who: "the server side",
    verbs: VERBS,
    maxBytes: undefined,
    example: { email: "ada@example.com", name: "Ada Lovelace", metadata: { occupation: "mathematician" } },
    editorLabel: "User, as JSON",
    usesSecret: true,
    checkId(id) {
      try {
        client.user(id);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    checkData: (value) => below("changes", () => imitation.user("nobody").update(value as KlaimChanges)),
    call: (verb, id, value, signal) => call(client, verb, id, value, signal),
    rateLimit: () => client.rateLimit,
    on: (event, listener) => void client.on(event, listener),
    reference: () => undefined,
    importUsers: undefined,
    many: undefined,
    rehearseImport: undefined,
    all: list ? undefined : () => listed(client),
    list,
    sorts: SORTS,
    close: () => release(client, imitation),
  };
}

async function* listed(client: KlaimClient): AsyncIterable<UserRow> {
  for await (const record of client.users.list()) yield toRow(record);
}

async function call(client: KlaimClient, verb: Verb, id: string, value: unknown, signal: AbortSignal): Promise<Outcome> {
  const handle = client.user(id);
  switch (verb) {
    case "create":
    case "getOrCreate":
      await handle[verb](value as NewKlaimUser, { signal });
      break;
    case "update":
      await handle.update(value as KlaimChanges, { signal });
      break;
    case "creditBalance":
      return { other: { credit_balance: await handle.creditBalance({ signal }) } };
    default:
      await handle.get({ signal });
  }
  return handle.full === undefined ? {} : { user: toRow(handle.full) };
}

/** Milliseconds, as a time in words; undefined where a server gives something else. */
function timeOf(created: unknown): string | undefined {
  const date = new Date(created as number);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function toRow(record: KlaimRecord): UserRow {
  return {
    id: record.user_id,
    data: { email: record.email, name: record.name, metadata: record.metadata },
    created: timeOf(record.created_at),
    changed: undefined,
    followers: undefined,
    following: undefined,
    record,
  };
}
