// Written by hand: this file is the contract.

/**
 * Handles on an application's users in a hosted user store: Stream's Activity Feeds v2 users API. `user-handle/server` is
 * the same, with all of it in browsers too.
 * @module user-handle
 */

declare global {
  // As in TypeScript's own library from 5.2 on, for those who compile with an older one.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** A JSON object stored for a user. At most 10 kB (10 240 bytes) as UTF-8 JSON. */
export type UserData = Record<string, unknown>;

/** What Stream's client calls a record of anything. */
export type UR = Record<string, unknown>;

/** `UR`, by its other name in Stream's client. */
export type UnknownRecord = UR;

/** A listener, as loosely as Stream's client has it. `ClientEvents` says what a listener of this package is told. */
export type HandlerCallback = (...args: unknown[]) => unknown;

/** The generics of Stream's client. Of these, `userType` alone means something here: `connect<{ userType: Profile }>(…)`. */
export type DefaultGenerics = {
  /** Of activities. */
  activityType: UR;
  /** Of reactions to reactions. */
  childReactionType: UR;
  /** Of collections. */
  collectionType: UR;
  /** Of personalization. */
  personalizationType: UR;
  /** Of reactions. */
  reactionType: UR;
  /** The data of users. */
  userType: UR;
};

/** The data of a user: what a client's type says, be it the data itself or the generics of Stream's client. */
export type DataOf<Generics> = Generics extends {
  /** The data of users. */
  userType: infer Data extends object;
} ? Data : Generics;

/** A user as the service returns it. Timestamps are RFC 3339 UTC with six fractional digits. */
export interface UserRecord<Data = UserData> {
  /** The id. */
  id: string;
  /** When it was created. */
  created_at: string;
  /** When its data was last replaced. */
  updated_at: string;
  /** The data; `{}` where the service has none. */
  data: Data;
  /** Only when asked for: how many `timeline` feeds follow this user's `user` feed. */
  followers_count?: number;
  /** Only when asked for: how many `user` feeds this user's `timeline` feed follows. */
  following_count?: number;
}

/** Called for a token whenever one is needed and the last one is missing, expired or refused. */
export type TokenProvider = (reason: "initial" | "expired" | "refused") => string | Promise<string>;

/**
 * Opens a client. Throws at once, before any request, on a bad argument.
 *
 * ```js
 * const client = connect("key", token);          // in a browser: a user token, made by your server
 * const client = connect("key", secret, "1234"); // on a server: the app secret
 * ```
 * @param apiKey the application's key; if empty, Node reads `STREAM_URL` (`https://key:secret@host/?app_id=1`)
 * @param secretOrToken a user token (has a dot), the app secret (has none; server side only), a token provider, or null
 * @param appId the application's number; the users API does not need it
 * @throws FeedError `invalid_option` no key, a malformed option · `secret_in_browser` the app secret in a browser ·
 *   `invalid_token` an empty or broken token
 * @throws TypeError `invalid_token` a token without a string `user_id`
 * @throws SiteError `unsupported_runtime` a runtime without WebAssembly, where the hint says what to import, or without fetch
 */
export function connect<Generics extends object = UserData>(
  apiKey?: string, secretOrToken?: string | TokenProvider | null, appId?: string, options?: ClientOptions,
): StreamClient<Generics>;

/**
 * A handle from the client that `connect` returned last.
 * @throws SiteError `not_connected` before any `connect` · ValidationError `invalid_id`
 */
export function user<Generics extends object = UserData>(id: string): StreamUser<Generics>;

/**
 * Optional: loads the WebAssembly module from a place of your own (a URL, a Response, bytes or a `WebAssembly.Module`,
 * which only the DOM's types know by that name) instead of the one that is built in. Never needed otherwise; without effect
 * once a client is open. The file is `user-handle/user-handle.wasm`, of the same version; browsers have one of their own,
 * `dist/browser.wasm`, which bundlers find under the same name. In `user-handle/no-wasm` there is nothing to load, and a source is
 * refused.
 * @throws FeedError `invalid_option` for what is no WebAssembly · SiteError `unsupported_runtime` for another module
 */
export function init(source?: string | URL | Response | ArrayBuffer | ArrayBufferView | object): Promise<void>;

/** Options of one call. */
export interface CallOptions {
  /** Cancels the call at any point, a wait between attempts included; rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt, body included. Default 10 000. */
  timeout?: number | undefined;
  /** Milliseconds for the whole call, attempts and waits included. Default 30 000. */
  deadline?: number | undefined;
  /** Attempts after the first. Default 2; 0 turns retries off. */
  retries?: number | undefined;
  /**
   * Further headers, such as `traceparent`; those of a call win over those of its client. Names that requests have of their own
   * (`accept`, `authorization`, `content-type`, `stream-auth-type`, `x-stream-client`) are refused, and so is what HTTP cannot
   * carry. A page may send only what the service's CORS list allows, and browsers leave out what is theirs, such as `cookie`.
   */
  headers?: Readonly<Record<string, string>> | Headers | Iterable<readonly [string, string]> | undefined;
}

/** Options of a client; those of calls are the defaults of its calls. */
export interface ClientOptions extends Omit<CallOptions, "signal"> {
  /** API root with a final slash. Default `https://api.stream-io-api.com/api/`. https unless the host is loopback. */
  baseUrl?: string | undefined;
  /** Region label: `https://{location}-api.stream-io-api.com/api/`. */
  location?: string | undefined;
  /** `http://localhost:8000/api/`: where the stand-in server listens. Also set by the environment variable LOCAL. */
  local?: boolean | undefined;
  /** Plain http may go to a machine that is not this one: to a server in a network of your own. Default false. */
  allowHttp?: boolean | undefined;
  /** As in Stream's client: `api` is taken as `baseUrl` is. */
  urlOverride?: {
    /** The API root, with a final slash. */
    api?: string;
    /** @deprecated Ignored: of Stream's services there is the users API alone. */
    analytics?: string;
    /** @deprecated Ignored, as `analytics` is. */
    [service: string]: string | undefined;
  } | undefined;
  /** @deprecated Ignored: connections are those of `fetch`. In Node, give a `fetch` with a dispatcher of undici. */
  keepAlive?: boolean | undefined;
  /** @deprecated Ignored, as `keepAlive` is. */
  keepAliveMsecs?: number | undefined;
  /** @deprecated Ignored, as `keepAlive` is. */
  maxSockets?: number | undefined;
  /** @deprecated Ignored, as `keepAlive` is. */
  maxFreeSockets?: number | undefined;
  /** @deprecated Ignored, as `keepAlive` is. */
  scheduling?: "fifo" | "lifo" | undefined;
  /** @deprecated Ignored, as `keepAlive` is. */
  httpAgent?: unknown;
  /** @deprecated Ignored, as `keepAlive` is. */
  httpsAgent?: unknown;
  /** @deprecated Ignored: there is no real-time. */
  fayeUrl?: string | undefined;
  /** With `location`: `https` (the default). */
  protocol?: string | undefined;
  /** API version segment. Default `v1.0`. */
  version?: string | undefined;
  /** Source name sent as the `location` query parameter. Default `unspecified`. */
  group?: string | undefined;
  /** Adds `iat` to tokens made by `createUserToken`. Default false. */
  expireTokens?: boolean | undefined;
  /**
   * With the app secret, or a token for servers: the `get`s of one turn of the event loop that have no options of their own
   * are one `getUsers`, and each caller gets its own user, or its own `not_found`. Default false. Without effect in the build
   * for browsers.
   */
  gather?: boolean | undefined;
  /** Overrides the browser check that refuses an app secret. */
  browser?: boolean | undefined;
  /**
   * Used instead of the global `fetch`, which is otherwise looked up at call time. It is given bodies as text, and those of
   * `users.import` as bytes, which may have to be sent again: it must neither change nor transfer them.
   */
  fetch?: typeof fetch | undefined;
}

/** A client of one application. Neither inspecting it nor `JSON.stringify` shows its key, secret or token. */
export class StreamClient<Generics extends object = UserData> {
  /** As `connect`, but the top-level `user` does not use this client. @throws what `connect` throws */
  constructor(apiKey?: string, secretOrToken?: string | TokenProvider | null, appId?: string, options?: ClientOptions);
  /** The application's key. */
  readonly apiKey: string;
  /** The application's number, where it was given. */
  readonly appId: string | undefined;
  /** The API root, with a final slash. */
  readonly baseUrl: string;
  /** The API version segment. */
  readonly version: string;
  /** The source name sent with each request. */
  readonly group: string;
  /** The region label, where one was given. */
  readonly location: string | undefined;
  /** Whether the client was opened with the app secret. */
  readonly usingApiSecret: boolean;
  /** The app secret, or null. Neither inspecting the client nor `JSON.stringify` shows it. */
  readonly apiSecret: string | null;
  /** The user token in use, or null; of a provider's, the last. Neither inspecting the client nor `JSON.stringify` shows it. */
  readonly userToken: string | null;
  /** Whether tokens made by `createUserToken` carry `iat`. */
  readonly expireTokens: boolean;
  /** `user_id` of the user token; of a provider's token once there was one. */
  readonly userId: string | undefined;
  /** The handle of `userId`; replaced by `setUser`, or by what is assigned. */
  currentUser: StreamUser<Generics> | undefined;
  /** From the last response that carried them; undefined where a browser does not show them. */
  readonly rateLimit: RateLimit | undefined;

  /** A handle on one user: one or more of `A-Z a-z 0-9 - _`, at most 255. Makes no request. @throws ValidationError `invalid_id` */
  user(id: string): StreamUser<Generics>;
  /** The token of this client's requests: the user token, or with the app secret one that it signs; or null. */
  getOrCreateToken(): string | null;
  /** The same operations in the style of Stream's C#, Python, Ruby, PHP and Go clients. */
  readonly users: Users<Generics>;
  /** `getOrCreate` of the token's own user; a key `id` in `data` is ignored. Does not change data that is stored already. */
  setUser(
    data?: DataOf<Generics> & { id?: unknown }, options?: CallOptions,
  ): Promise<StreamUser<Generics> & Seen<DataOf<Generics>>>;
  /**
   * Signs a user token. It never expires, unless `claims` hold `exp` (whole Unix seconds) or `expiresIn` (seconds, or a text
   * such as `30m`, `1h`, `7d`, `2w`); `claims` cannot replace `user_id`. The id may be any text, such as `auth0|x`; calls for a
   * user take ids of `A-Z a-z 0-9 - _` alone.
   * @throws SiteError `wrong_credentials` without the app secret · ValidationError `invalid_id` for an empty id · `invalid_data`
   *   for a time that is no whole seconds, or a claim such as `ttl` that is taken for one
   */
  createUserToken(userId: string, claims?: { exp?: number; nbf?: number; iat?: number; expiresIn?: number | string; [claim: string]: unknown }): string;

  /**
   * Stores users. Those that exist are left as they are, or replaced with `override`. The service takes 1 000 in a request;
   * more go in several, one after the other, and the limits of `options` are for each. All users are checked before any is
   * sent, and a request that fails says how many were stored before it. For what does not fit into memory there is
   * `users.import`. Not in the build for browsers, as in Stream's own client.
   * @throws ValidationError with a path such as `users[17].data`; `batch_too_large` over 1 000 000
   *   · StreamApiError `not_allowed` with a user token · SiteError `wrong_credentials` in the build for browsers
   */
  addUsers(
    users: Iterable<NewUser<DataOf<Generics>>>, override?: boolean, options?: CallOptions,
  ): Promise<AddUsersResponse<DataOf<Generics>>>;
  /** Reads users, 1 000 in a request; those that do not exist are left out. Throws as `addUsers` does. */
  getUsers(ids: Iterable<string>, options?: CallOptions): Promise<GetUsersResponse<DataOf<Generics>>>;
  /** Deletes users, 1 000 in a request; those that do not exist are no error. Throws as `addUsers` does. */
  deleteUsers(ids: Iterable<string>, options?: CallOptions): Promise<DeleteUsersResponse>;
  /** Reports a user to the moderators. @throws SiteError `wrong_credentials` without the app secret */
  flagUser(id: string, options?: FlagUserOptions & CallOptions): Promise<FlagResponse>;

  /**
   * A copy of `value` with every object that has a `ref()` method, such as a handle, replaced by what that gives: what
   * Stream's client does with the activities that it sends.
   * @throws ValidationError `invalid_data` for an object inside itself
   */
  references<T>(value: T): unknown;
  /**
   * A copy of `value` with every `SU:<id>` string, at any depth, replaced by that user's record, or by a `MissingReference`.
   * Each user is read once: in batches with the app secret, else one by one.
   * @throws what `references` and reading throw, but for `not_found`
   */
  enrich<T>(value: T, options?: CallOptions): Promise<unknown>;

  /** Calls `listener` at each event from now on, until the function that it returns is called. One that has more than one
   *  parameter is called as by Stream's client: see the other forms. */
  on<K extends keyof ClientEvents>(event: K, listener: (event: ClientEvents[K], ...more: unknown[]) => void): () => void;
  /** @deprecated The form of Stream's client. `options` is `{ url }` alone: the rest of what Stream's client passes holds the token. */
  on<K extends "request">(event: K, listener: (method: string, options: { url: string }) => void): () => void;
  /** @deprecated The form of Stream's client, which tells of no answer that is an error. */
  on<K extends "response">(
    event: K, listener: (error: null, response: { status: number; data: unknown }, data?: unknown) => void,
  ): () => void;
  /** Removes a listener of an event, all of the event's, or all. */
  off<K extends keyof ClientEvents>(event?: K, listener?: (event: ClientEvents[K], ...more: any[]) => void): void;
  /** Releases the module's memory for this client; requests under way finish, later ones are refused, those of a long
   *  `addUsers` or `import` too. Where an engine has no `Symbol.dispose`, the name is `Symbol.for("Symbol.dispose")`. */
  [Symbol.dispose](): void;
}

/** A handle on one user. It holds no memory of the module: a handle that is never freed costs next to nothing. */
export class StreamUser<Generics extends object = UserData> {
  /** As `client.user(id)`; with a user token of its own where one is given. @throws ValidationError `invalid_id` */
  constructor(client: StreamClient<Generics>, id: string, token?: string | null);
  /** The user's id, which a template and `String(handle)` give too. */
  readonly id: string;
  /** The client that made it. */
  readonly client: StreamClient<Generics>;
  /** The token of its requests, or null. Neither inspecting the handle nor `JSON.stringify` shows it. */
  readonly token: string | null;
  /** The user's data as last seen; undefined before the first answer. `create`, `getOrCreate` and `update` without data send it. */
  data: DataOf<Generics> | undefined;
  /** The whole record as last seen, without `duration`. */
  readonly full: UserRecord<DataOf<Generics>> | undefined;

  /** Creates the user; the same handle is returned. Without `data` it sends the handle's own, else `{}`. What is sent is all
   *  that is stored, so a part of the data is refused by its type.
   *  @throws StreamApiError `conflict` if the user exists · SiteError `outcome_unknown` if the answer was lost */
  create(data?: DataOf<Generics>, options?: CreateOptions): Promise<this & Seen<DataOf<Generics>>>;
  /** Returns the user if it exists, **unchanged**; else creates it with `data`, which is whole as in `create`. */
  getOrCreate(data?: DataOf<Generics>, options?: CallOptions): Promise<this & Seen<DataOf<Generics>>>;
  /** Reads the user. Equal reads in flight without options share one request. @throws StreamApiError `not_found` */
  get(options?: CallOptions & { with_follow_counts?: boolean }): Promise<this & Seen<DataOf<Generics>>>;
  /** `get` with follow counts. */
  profile(options?: CallOptions): Promise<this & Seen<DataOf<Generics>>>;
  /** Replaces `data` as a whole: keys that are not sent are gone, so a part of the data is refused by its type. To change one
   *  key, send `{ ...user.data, key }`. @throws StreamApiError `not_found` */
  update(data?: DataOf<Generics>, options?: CallOptions): Promise<this & Seen<DataOf<Generics>>>;
  /** Deletes the user; the handle keeps what it last saw. @throws StreamApiError `not_found` */
  delete(options?: CallOptions): Promise<DeleteResponse>;
  /** `client.flagUser(id, options)`. */
  flag(options?: FlagUserOptions & CallOptions): Promise<FlagResponse>;
  /** `SU:<id>`, the form in which a user is put inside an activity. */
  ref(): string;
  /** The record, or `{ id }` before the first answer. Never a token. */
  toJSON(): UserRecord<DataOf<Generics>> | Pick<UserRecord, "id">;
  /** The id, so that a handle does where an id is asked for. */
  toString(): string;
}

/** A handle that has seen its user. */
export interface Seen<Data> {
  /** The user's data. */
  data: Data;
  /** The whole record. */
  readonly full: UserRecord<Data>;
}

export { StreamClient as Client, StreamUser as User };

/** Options of `create`. */
export interface CreateOptions extends CallOptions {
  /** Return the user unchanged if it exists, as `getOrCreate` does. Default false. */
  get_or_create?: boolean | undefined;
  /**
   * After a lost answer or a `conflict`, read the user, and take it as created here if it holds the same data and is not
   * older than this call. Default false.
   */
  reconcile?: boolean | undefined;
}

/** The users of an application, as a collection. */
export interface Users<Generics extends object = UserData> {
  /** `client.user(id).create(data)`, or `getOrCreate`. */
  add(
    id: string, data?: DataOf<Generics>, getOrCreate?: boolean | (CallOptions & { getOrCreate?: boolean }),
  ): Promise<StreamUser<Generics> & Seen<DataOf<Generics>>>;
  /** `client.user(id).get()`. */
  get(
    id: string, options?: CallOptions & { with_follow_counts?: boolean },
  ): Promise<StreamUser<Generics> & Seen<DataOf<Generics>>>;
  /** `client.user(id).update(data)`. */
  update(id: string, data: DataOf<Generics>, options?: CallOptions): Promise<StreamUser<Generics> & Seen<DataOf<Generics>>>;
  /** `client.user(id).delete()`. */
  delete(id: string, options?: CallOptions): Promise<DeleteResponse>;
  /** `SU:<id>`. */
  ref(id: string | { id: string }): string;
  /**
   * Stores any number of users. The source is read as far as it is needed, and sent in batches side by side: as many as the
   * service takes, and never more than its rate limit leaves. Memory stays flat. Not in the build for browsers: it needs the
   * app secret.
   *
   * The source is an iterable, an async iterable or a stream of users, or NDJSON: a text, bytes, a `Blob`, or pieces of such
   * (a Node stream of a file, say). What reading JSON would lose is refused: digits that a number does not hold, and a key that
   * an object has twice. A batch that fails temporarily is sent again, up to five times, each with the
   * retries of a call; in one that the service refuses, the users at fault are found.
   *
   * The error that rejects it has the number `checkpoint`: pass it as `resumeFrom` to go on there. Users after the checkpoint that
   * were stored already are sent again, which leaves them as they are, or with `override` writes them once more.
   * @throws ValidationError for a user that cannot be sent, unless there is `onFailure` · FeedError `invalid_option`
   *   · what `addUsers` throws · the signal's reason
   */
  import(source: ImportSource<DataOf<Generics>>, options?: ImportOptions): Promise<ImportReport>;
}

/** What `import` reads: users, or NDJSON in pieces of text or bytes. */
export type ImportSource<Data = UserData> =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | Iterable<NewUser<Data> | string | ArrayBuffer | ArrayBufferView>
  | AsyncIterable<NewUser<Data> | string | ArrayBuffer | ArrayBufferView>
  | ReadableStream<NewUser<Data> | string | ArrayBuffer | Uint8Array>;

/** Options of `import`; those of a call are for each of its requests. */
export interface ImportOptions extends CallOptions {
  /** Replace users that exist. Default false: they are left as they are. */
  override?: boolean | undefined;
  /** Requests in flight, from 1 to 128, at most. Default 32; how many there are adapts to what the service answers. */
  concurrency?: number | undefined;
  /** Users in a batch, from 1 to 1 000. Default 1 000, or fewer where they are over a megabyte. */
  batchSize?: number | undefined;
  /** Called after each batch that is dealt with. What it throws ends the import. */
  onProgress?: ((progress: ImportProgress) => void) | undefined;
  /**
   * Called for each user that failed, with its place in the source, from 0; the import goes on with the others. Without it
   * the first failure rejects the import.
   */
  onFailure?: ((failure: ImportFailure) => void) | undefined;
  /**
   * Skips this many users of the source: the `checkpoint` of an earlier progress, report or error. A source that has fewer is
   * refused. Default 0.
   */
  resumeFrom?: number | undefined;
}

/** A user that could not be stored. */
export interface ImportFailure {
  /** Its place in the source, from 0. */
  index: number;
  /** Its id; empty where the source gives none. */
  id: string;
  /** Why: what is wrong with the user, or with its line of the source. */
  error: UserHandleError;
}

/** How far an import has come, in users. */
export interface ImportProgress {
  /** Read of the source, those passed over included. */
  read: number;
  /** Sent at least once. */
  sent: number;
  /** In batches that the service took. */
  stored: number;
  /** Told to `onFailure`. */
  failed: number;
  /** How many users of the source, from the first on, are dealt with: stored, or told to `onFailure`. */
  checkpoint: number;
  /** Users stored per second so far. */
  perSecond: number;
}

/** What an import came to. */
export interface ImportReport extends ImportProgress {
  /** How long it took, in milliseconds. */
  elapsedMs: number;
  /** Requests that were sent. */
  attempts: number;
}

/** What `enrich` puts in place of a user that does not exist, as Stream does. */
export interface MissingReference {
  /** The id of the user who is missing. */
  id: string;
  /** What Stream calls it. */
  error: "ReferenceNotFound";
  /** `SU:<id>`. */
  reference: string;
  /** What the reference is to. */
  reference_type: "user";
}

/** A user for a batch; a handle will do. */
export interface NewUser<Data = UserData> {
  /** One or more of `A-Z a-z 0-9 - _`, at most 255. */
  id: string;
  /** The service stores `{}` where it is missing. */
  data?: Data | undefined;
}

/** What `addUsers` gives. */
export interface AddUsersResponse<Data = UserData> {
  /** The users that were created or replaced. */
  created_users: UserRecord<Data>[];
  /** The time the service took, such as `1.25ms`. */
  duration: string;
}

/** What `getUsers` gives. */
export interface GetUsersResponse<Data = UserData> {
  /** The users that exist. */
  users: UserRecord<Data>[];
  /** The time the service took, such as `1.25ms`. */
  duration: string;
}

/** What `deleteUsers` gives. */
export interface DeleteUsersResponse {
  /** The ids that were asked for. */
  deleted_user_ids: string[];
  /** The time the service took, such as `1.25ms`. */
  duration: string;
}

/** What `delete` gives. */
export interface DeleteResponse {
  /** The time the service took, such as `1.25ms`. */
  duration: string;
  /** The user was gone before this answer arrived: an earlier attempt of the same call removed it. */
  alreadyGone?: true;
}

/** Who flags a user, and why. */
export interface FlagUserOptions {
  /** Why, in words. */
  reason?: string | undefined;
  /** The user who reports. */
  user_id?: string | undefined;
}

/** What `flagUser` gives. */
export interface FlagResponse {
  /** The time the service took, such as `1.25ms`. */
  duration: string;
  [key: string]: unknown;
}

/** The rate limit of the service. */
export interface RateLimit {
  /** Requests allowed in the window. */
  limit: number;
  /** Requests left in the window. */
  remaining: number;
  /** When the window ends, in Unix seconds. */
  reset: number;
}

/** What a client tells of. No event carries a token, a secret or the API key. */
export interface ClientEvents {
  /** An attempt is about to be sent. */
  request: {
    /** Which call of the client it belongs to, from 1. */
    callId: number;
    /** `GET`, `POST`, `PUT` or `DELETE`. */
    method: string;
    /** What is behind the API root and version: `user/ada/`. */
    path: string;
    /** Which attempt of the call, from 1. */
    attempt: number;
    /** The name of the method that was called. */
    operation: string;
  };
  /** A response arrived whole, a success or not. */
  response: {
    /** As in `request`. */
    callId: number;
    /** As in `request`. */
    operation: string;
    /** As in `request`. */
    method: string;
    /** As in `request`. */
    path: string;
    /** Which attempt of the call, from 1. */
    attempt: number;
    /** The HTTP status. */
    status: number;
    /** From sending to the end of the body, in milliseconds. */
    elapsedMs: number;
    /** The limits that the response carried. */
    rateLimit?: RateLimit;
  };
  /** An attempt failed, and another follows. */
  retry: {
    /** As in `request`. */
    callId: number;
    /** As in `request`. */
    operation: string;
    /** As in `request`. */
    method: string;
    /** As in `request`. */
    path: string;
    /** Which attempt of the call failed, from 1. */
    attempt: number;
    /** How long until the next, in milliseconds. */
    delayMs: number;
    /** What the attempt failed with. */
    error: UserHandleError;
  };
  /** A call that sent at least one attempt has ended. */
  end: {
    /** As in `request`. */
    callId: number;
    /** As in `request`. */
    operation: string;
    /** As in `request`. */
    method: string;
    /** As in `request`. */
    path: string;
    /** How many attempts there were. */
    attempt: number;
    /** What the call is rejected with, the reason of an abort included; undefined where it has succeeded. */
    error: unknown;
  };
}

/** What every error of this package has. */
export interface ErrorFields {
  /** What went wrong. */
  readonly code: ErrorCode;
  /** Requests that were sent; 0 for `internal`, where that is not known. */
  readonly attempts: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** A write may have taken effect although no success was seen. */
  readonly mayHaveBeenApplied: boolean;
  /** What to do about it, where that is known. */
  readonly hint?: string;
  /** What `fetch`, a getter or the token provider failed with. */
  readonly cause?: unknown;
}

/**
 * An error of this package: a real `Error` with a literal `name`. Its `code` tells the class, so that
 * `if (error.code === "not_found") error.status` compiles.
 */
export type UserHandleError = OptionError | ValidationError | SiteError | StreamApiError | TokenTypeError;

/** A `FeedError` without a place: of an option, a key or a token. */
export interface OptionError extends FeedError {
  /** What went wrong. */
  readonly code: OptionCode;
}

/** Where Stream's client throws a `TypeError`: a token without a string `user_id`. */
export interface TokenTypeError extends TypeError, ErrorFields {
  /** What went wrong. */
  readonly code: "invalid_token";
  /** What it was caused by. */
  readonly cause?: unknown;
}

/** Bad input, found before any request. */
export class FeedError extends Error implements ErrorFields {
  readonly code: OptionCode | InputCode;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly mayHaveBeenApplied: boolean;
  readonly hint?: string;
}

/** Bad input with a place: an id, or data. */
export class ValidationError extends FeedError {
  readonly code: InputCode;
  /** Where in the input: `id`, `data.tags[2]`, `users[17].data`. */
  readonly path: string;
  /** The limit that was passed, where the rule has one. */
  readonly limit?: number;
  /** The value that passed it. */
  readonly actual?: number;
}

/** No usable answer: network, timeout, unreadable body; or a call that this client or runtime cannot make. */
export class SiteError extends Error implements ErrorFields {
  readonly code: SiteCode;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly mayHaveBeenApplied: boolean;
  readonly hint?: string;
  /** How far the last attempt had come. */
  readonly phase?: "connect" | "headers" | "body";
}

/** The service answered with an error. `Body` is what its body is taken for. */
export class StreamApiError<Body = unknown> extends Error implements ErrorFields {
  readonly code: ApiCode;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly mayHaveBeenApplied: boolean;
  readonly hint?: string;
  /** The HTTP status. */
  readonly status: number;
  /** The service's own number, such as 22. */
  readonly apiCode?: number;
  /** The service's own name, such as `ConflictException`. */
  readonly exception?: string;
  /** The service's explanation. */
  readonly detail?: string;
  /** The limits that the response carried. */
  readonly rateLimit?: RateLimit;
  /** How long the service asks to wait. */
  readonly retryAfterMs?: number;
  /** The header `x-request-id` of the response, by which the service's log has the request; where it is sent, and shown. */
  readonly requestId?: string;
  /** The parsed body, as in Stream's client. */
  readonly error: unknown;
  /** The response, as in Stream's client; without the request, which holds the token. */
  readonly response: {
    /** The HTTP status. */
    status: number;
    /** What the response calls its status, such as `Not Found`; empty over HTTP/2. */
    statusText: string;
    /** By their names in small letters. */
    headers: Record<string, string>;
    /** The parsed body. */
    data: Body;
  };
}

/** Codes of an option, a key or a token, found before any request. */
export type OptionCode = "invalid_option" | "invalid_token" | "secret_in_browser";

/** Codes of an id or of data, found before any request. */
export type InputCode = "invalid_id" | "invalid_data" | "unrepresentable_value" | "data_too_large" | "batch_too_large";

/** Codes of a call without a usable answer, or that cannot be made here, or with this client's credentials. */
export type SiteCode =
  | "unsupported_runtime" | "wrong_credentials" | "not_connected" | "network" | "timeout" | "outcome_unknown"
  | "invalid_response" | "token_provider" | "internal";

/** Codes of the service's answer: 400, 401, 403 and 405, 404, 409, 413, 429, 5xx, any other. */
export type ApiCode =
  | "invalid_input" | "unauthorized" | "not_allowed" | "not_found" | "conflict" | "too_large" | "rate_limited"
  | "server_error" | "api_error";

/** What went wrong, as a closed list. */
export type ErrorCode = OptionCode | InputCode | SiteCode | ApiCode;

/** Recognises this package's errors by brand, across copies and realms. */
export function isUserHandleError(value: unknown): value is UserHandleError;

/** What Stream's client gives with every answer. */
export interface APIResponse {
  /** The time the service took, such as `1.25ms`. */
  duration?: string;
}

/** A user in the place of a reference, as in Stream's client. */
export type EnrichedUser<Generics extends object = UserData> = UserRecord<DataOf<Generics>>;

/** What a read or write of a user answers, as in Stream's client. */
export type UserAPIResponse<Generics extends object = UserData> = APIResponse & UserRecord<DataOf<Generics>>;

/** What a flag answers, as in Stream's client. */
export type FlagAPIResponse = FlagResponse;

/** All of it, for `import stream from "user-handle"`, as code for Stream's client has it. */
declare const stream: {
  /** `StreamClient`. */
  Client: typeof StreamClient;
  /** `StreamClient`. */
  StreamClient: typeof StreamClient;
  /** `StreamUser`. */
  StreamUser: typeof StreamUser;
  /** `StreamUser`. */
  User: typeof StreamUser;
  /** `FeedError`. */
  FeedError: typeof FeedError;
  /** `SiteError`. */
  SiteError: typeof SiteError;
  /** `StreamApiError`. */
  StreamApiError: typeof StreamApiError;
  /** `ValidationError`. */
  ValidationError: typeof ValidationError;
  /** `connect`. */
  connect: typeof connect;
  /** `init`. */
  init: typeof init;
  /** `isUserHandleError`. */
  isUserHandleError: typeof isUserHandleError;
  /** `user`. */
  user: typeof user;
};
export default stream;
