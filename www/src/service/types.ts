// What the console needs of a service. Stream and Klaim each come with one file beside this one; no other knows which it is.

import type { ClientEvents, RateLimit, Users } from "user-handle";

import type { List } from "./listing";

export type Verb = "create" | "getOrCreate" | "get" | "profile" | "update" | "delete" | "creditBalance";

/** A user as the table and the result show it. */
export interface UserRow {
  id: string;
  data: unknown;
  /** When it was created and last changed, as far as the service tells. */
  created: string | undefined;
  changed: string | undefined;
  followers: number | undefined;
  following: number | undefined;
  /** The whole answer. */
  record: unknown;
}

/** What a call came to: a user, or something else to show. */
export interface Outcome {
  user?: UserRow;
  other?: unknown;
  alreadyGone?: boolean;
}

/** Why input cannot be sent. `path` is below the value in the editor: `.tags[2]`. */
export interface Problem {
  message: string;
  path: string;
}

export interface Credentials {
  root: string;
  key: string;
  /** A secret or a token; empty where the service has none. */
  credential: string;
}

/** A user as it is stored, from which it can be created again. */
export interface Stored {
  id: string;
  data: unknown;
}

/** Many users at once. */
export interface Many {
  /** Those that exist. */
  read(ids: readonly string[], signal: AbortSignal): Promise<Stored[]>;
  delete(ids: readonly string[], signal: AbortSignal): Promise<void>;
  create(users: readonly Stored[], signal: AbortSignal): Promise<void>;
}

/** An open client. */
export interface Session {
  service: "Stream" | "Klaim";
  root: string;
  key: string;
  /** `the server side`, `the user bob`. */
  who: string;
  verbs: readonly Verb[];
  /** The most that the data may have as JSON. */
  maxBytes: number | undefined;
  /** What the editor holds at first, and what it is called. */
  example: unknown;
  editorLabel: string;
  usesSecret: boolean;
  checkId(id: string): string | undefined;
  /** By the rules of the package, without sending anything. */
  checkData(value: unknown): Promise<Problem | undefined>;
  call(verb: Verb, id: string, value: unknown, signal: AbortSignal): Promise<Outcome>;
  rateLimit(): RateLimit | undefined;
  on<K extends keyof ClientEvents>(event: K, listener: (event: ClientEvents[K]) => void): void;
  /** `SU:ada`, where the service has references. */
  reference(id: string): string | undefined;
  /** Sends users in batches; undefined for who may not. */
  importUsers: Users["import"] | undefined;
  /** Undefined for who may not, as above. */
  many: Many | undefined;
  /** An import without sending anything. */
  rehearseImport: Users["import"] | undefined;
  /** A user after the other, where the service can tell. */
  all: (() => AsyncIterable<UserRow>) | undefined;
  /** Pages of all users, sorted and searched, where the server has that. */
  list: List | undefined;
  /** What the list can be sorted by, each with its name. */
  sorts: readonly (readonly [string, string])[];
  close(): void;
}

/** What the form asks for, for one service. */
export interface Service {
  name: Session["service"];
  /** Below the server's own address. */
  rootPath: string;
  keyLabel: string;
  credentialLabel: string | undefined;
  demo: { key: string; credential: string };
  /** Fetches the package. */
  load(): Promise<unknown>;
  /** Connects. What the service does not take is an error that says why. */
  open(credentials: Credentials): Promise<Session>;
}
