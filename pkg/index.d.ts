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
 * @throws SiteError `wrong_side` a runtime without WebAssembly or fetch
 */
export function connect<Data extends UserData = UserData>(
  apiKey?: string, secretOrToken?: string | TokenProvider | null, appId?: string, options?: ClientOptions,
): Client<Data>;

/**
 * A handle from the client that `connect` returned last.
 * @throws SiteError `not_connected` before any `connect` · ValidationError `invalid_id`
 */
export function user<Data extends UserData = UserData>(id: string): User<Data>;

/**
 * Optional: loads the WebAssembly module from a place of your own (a URL, a Response, bytes or a `WebAssembly.Module`,
 * which only the DOM's types know by that name) instead of the one that is built in. Never needed otherwise; without effect
 * once a client is open. The file is `user-handle/user-handle.wasm`, of the same version; browsers have one of their own,
 * `dist/browser.wasm`, which bundlers find under the same name.
 * @throws FeedError `invalid_option` for what is no WebAssembly · SiteError `wrong_side` for another module
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
}

/** Options of a client; those of calls are the defaults of its calls. */
export interface ClientOptions extends Omit<CallOptions, "signal"> {
  /** API root with a final slash. Default `https://api.stream-io-api.com/api/`. https unless the host is loopback. */
  baseUrl?: string | undefined;
  /** Region label: `https://{location}-api.stream-io-api.com/api/`. */
  location?: string | undefined;
  /** `http://localhost:8000/api/`: where the stand-in server listens. Also set by the environment variable LOCAL. */
  local?: boolean | undefined;
  /** As in Stream's client: `api` is taken as `baseUrl` is. */
  urlOverride?: {
    /** The API root, with a final slash. */
    api?: string;
  } | undefined;
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
export class Client<Data extends UserData = UserData> {
  private constructor();
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
  /** Whether tokens made by `createUserToken` carry `iat`. */
  readonly expireTokens: boolean;
  /** `user_id` of the user token; of a provider's token once there was one. */
  readonly userId: string | undefined;
  /** The handle of `userId`; replaced by `setUser`. */
  readonly currentUser: User<Data> | undefined;
  /** From the last response that carried them; undefined where a browser does not show them. */
  readonly rateLimit: RateLimit | undefined;

  /** A handle on one user: one or more of `A-Z a-z 0-9 - _`, at most 255. Makes no request. @throws ValidationError `invalid_id` */
  user(id: string): User<Data>;
  /** The same operations in the style of Stream's C#, Python, Ruby, PHP and Go clients. */
  readonly users: Users<Data>;
  /** `getOrCreate` of the token's own user; a key `id` in `data` is ignored. Does not change data that is stored already. */
  setUser(data: Data, options?: CallOptions): Promise<User<Data>>;
  /**
   * Signs a user token. It never expires, unless `claims` hold `exp` (Unix seconds); `claims` cannot replace `user_id`.
   * @throws SiteError `wrong_side` without the app secret · ValidationError `invalid_id`
   */
  createUserToken(userId: string, claims?: Record<string, unknown>): string;

  /**
   * Stores users. Those that exist are left as they are, or replaced with `override`. The service takes 1 000 in a request;
   * more go in several, one after the other, and the limits of `options` are for each. All users are checked before any is
   * sent, and a request that fails says how many were stored before it. For what does not fit into memory there is
   * `users.import`. Not in the build for browsers, as in Stream's own client.
   * @throws ValidationError with a path such as `users[17].data`; `batch_too_large` over 1 000 000
   *   · StreamApiError `not_allowed` with a user token · SiteError `wrong_side` in the build for browsers
   */
  addUsers(users: Iterable<NewUser<Data>>, override?: boolean, options?: CallOptions): Promise<AddUsersResponse<Data>>;
  /** Reads users, 1 000 in a request; those that do not exist are left out. Throws as `addUsers` does. */
  getUsers(ids: Iterable<string>, options?: CallOptions): Promise<GetUsersResponse<Data>>;
  /** Deletes users, 1 000 in a request; those that do not exist are no error. Throws as `addUsers` does. */
  deleteUsers(ids: Iterable<string>, options?: CallOptions): Promise<DeleteUsersResponse>;
  /** Reports a user to the moderators. @throws SiteError `wrong_side` without the app secret */
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

  /** Calls `listener` at each event from now on, until the function that it returns is called. */
  on<K extends keyof ClientEvents>(event: K, listener: (event: ClientEvents[K]) => void): () => void;
  /** Removes the listeners of an event, or all of them. */
  off(event?: keyof ClientEvents): void;
  /** Releases the module's memory for this client; running calls finish, later ones are refused. Where an engine has no
   *  `Symbol.dispose`, the name is `Symbol.for("Symbol.dispose")`. */
  [Symbol.dispose](): void;
}

/** A handle on one user. It holds no memory of the module: a handle that is never freed costs next to nothing. */
export class User<Data extends UserData = UserData> {
  private constructor();
  /** The user's id. */
  readonly id: string;
  /** The user's data as last seen; undefined before the first answer. */
  readonly data: Data | undefined;
  /** The whole record as last seen, without `duration`. */
  readonly full: UserRecord<Data> | undefined;

  /** Creates the user; the same handle is returned. Without `data` it sends the handle's own, else `{}`.
   *  @throws StreamApiError `conflict` if the user exists · SiteError `outcome_unknown` if the answer was lost */
  create(data?: Data, options?: CreateOptions): Promise<this>;
  /** Returns the user if it exists, **unchanged**; else creates it with `data`. */
  getOrCreate(data?: Data, options?: CallOptions): Promise<this>;
  /** Reads the user. Equal reads in flight without options share one request. @throws StreamApiError `not_found` */
  get(options?: CallOptions & { with_follow_counts?: boolean }): Promise<this>;
  /** `get` with follow counts. */
  profile(options?: CallOptions): Promise<this>;
  /** Replaces `data` as a whole: keys that are not sent are gone. @throws StreamApiError `not_found` */
  update(data?: Partial<Data>, options?: CallOptions): Promise<this>;
  /** Deletes the user; the handle keeps what it last saw. @throws StreamApiError `not_found` */
  delete(options?: CallOptions): Promise<DeleteResponse>;
  /** `client.flagUser(id, options)`. */
  flag(options?: FlagUserOptions & CallOptions): Promise<FlagResponse>;
  /** `SU:<id>`, the form in which a user is put inside an activity. */
  ref(): string;
  /** The record, or `{ id }` before the first answer. Never a token. */
  toJSON(): UserRecord<Data> | Pick<UserRecord, "id">;
}

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
export interface Users<Data extends UserData = UserData> {
  /** `client.user(id).create(data)`, or `getOrCreate`. */
  add(id: string, data?: Data, getOrCreate?: boolean | (CallOptions & { getOrCreate?: boolean })): Promise<User<Data>>;
  /** `client.user(id).get()`. */
  get(id: string, options?: CallOptions & { with_follow_counts?: boolean }): Promise<User<Data>>;
  /** `client.user(id).update(data)`. */
  update(id: string, data: Partial<Data>, options?: CallOptions): Promise<User<Data>>;
  /** `client.user(id).delete()`. */
  delete(id: string, options?: CallOptions): Promise<DeleteResponse>;
  /** `SU:<id>`. */
  ref(id: string | { id: string }): string;
  /**
   * Stores any number of users. The source is read as far as it is needed, and sent in batches side by side: as many as the
   * service takes, and never more than its rate limit leaves. Memory stays flat. Not in the build for browsers: it needs the
   * app secret.
   *
   * The source is an iterable, an async iterable or a stream of users, or of NDJSON as text or bytes (a Node stream of a
   * file, say). A batch that fails in a way that passes is sent again, up to five times, each with the retries of a call; of
   * one that the service refuses, the users at fault are found.
   *
   * What rejects it has the number `checkpoint`: with `resumeFrom` it goes on there. Users behind the checkpoint that were
   * stored already are sent again, which leaves them as they are, or with `override` writes them once more.
   * @throws ValidationError for a user that cannot be sent, unless there is `onFailure` · FeedError `invalid_option`
   *   · what `addUsers` throws · the signal's reason
   */
  import(source: ImportSource<Data>, options?: ImportOptions): Promise<ImportReport>;
}

/** What `import` reads: users, or NDJSON in pieces of text or bytes. */
export type ImportSource<Data = UserData> =
  | string
  | Iterable<NewUser<Data> | string | ArrayBufferView>
  | AsyncIterable<NewUser<Data> | string | ArrayBufferView>
  | ReadableStream<NewUser<Data> | string | Uint8Array>;

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
  /** Pass over so many users of the source: the `checkpoint` of an earlier progress, report or error. Default 0. */
  resumeFrom?: number | undefined;
}

/** A user that could not be stored. */
export interface ImportFailure {
  /** Its place in the source, from 0. */
  index: number;
  /** Its id; empty where the source gives none. */
  id: string;
  /** Why: an error of this package, or what the source's line is not. */
  error: Error;
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
  /** So many users of the source, from its first on, are dealt with: stored, or told to `onFailure`. */
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
export interface AddUsersResponse<Data> {
  /** The users that were created or replaced. */
  created_users: UserRecord<Data>[];
  /** The time the service took, such as `1.25ms`. */
  duration: string;
}

/** What `getUsers` gives. */
export interface GetUsersResponse<Data> {
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
    method: string;
    /** As in `request`. */
    path: string;
    /** Which attempt of the call failed, from 1. */
    attempt: number;
    /** How long until the next, in milliseconds. */
    delayMs: number;
    /** What the attempt failed with. */
    error: Error;
  };
}

/** Every error of this package is a real `Error` with a literal `name`, and `code` is a closed union. */
export interface UserHandleError extends Error {
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

/** Bad input, found before any request. */
export class FeedError extends Error implements UserHandleError {
  readonly code: ErrorCode;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly mayHaveBeenApplied: boolean;
  readonly hint?: string;
}

/** Bad input with a place: an id, or data. */
export class ValidationError extends FeedError {
  /** Where in the input: `id`, `data.tags[2]`, `users[17].data`. */
  readonly path: string;
  /** The limit that was passed, where the rule has one. */
  readonly limit?: number;
  /** The value that passed it. */
  readonly actual?: number;
}

/** No usable answer: network, timeout, unreadable body; or a method called on the wrong side. */
export class SiteError extends Error implements UserHandleError {
  readonly code: ErrorCode;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly mayHaveBeenApplied: boolean;
  readonly hint?: string;
  /** How far the last attempt had come. */
  readonly phase?: "connect" | "headers" | "body";
}

/** The service answered with an error. */
export class StreamApiError extends Error implements UserHandleError {
  readonly code: ErrorCode;
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
  /** The parsed body, as in Stream's client. */
  readonly error: unknown;
  /** The response, as in Stream's client; without the request, which holds the token. */
  readonly response: {
    /** The HTTP status. */
    status: number;
    /** By their names in small letters. */
    headers: Record<string, string>;
    /** The parsed body. */
    data: unknown;
  };
}

/** What went wrong, as a closed list. */
export type ErrorCode =
  // Bad input, found before any request.
  | "invalid_id" | "invalid_data" | "unrepresentable_value" | "data_too_large" | "batch_too_large" | "invalid_option"
  | "invalid_token" | "secret_in_browser" | "wrong_side" | "not_connected"
  // No usable answer.
  | "network" | "timeout" | "outcome_unknown" | "invalid_response" | "token_provider" | "internal"
  // The service's answer: 400, 401, 403 and 405, 404, 409, 413, 429, 5xx, any other.
  | "invalid_input" | "unauthorized" | "not_allowed" | "not_found" | "conflict" | "too_large" | "rate_limited"
  | "server_error" | "api_error";

/** Recognises this package's errors by brand, across copies and realms. */
export function isUserHandleError(value: unknown): value is UserHandleError;
