// Written by hand: this file is the contract.

/**
 * The same handle for Klaim's users API. What Klaim's manual leaves open, and what is done here, is in `docs/klaim.md` of
 * the repository.
 * @module user-handle/klaim
 */

import { FeedError, SiteError, ValidationError, init } from "./index.js";
import type { CallOptions, ClientEvents, ErrorCode, RateLimit, UserData, UserHandleError } from "./index.js";

export type { CallOptions, ClientEvents, ErrorCode, RateLimit, UserData, UserHandleError };
export { FeedError, SiteError, ValidationError, init } from "./index.js";

/** A user as Klaim returns it. */
export interface KlaimRecord<Metadata = UserData> {
  /** The id: yours, or where you gave none, the service's. */
  user_id: string;
  /** The id that the service made. It always exists; its form tells nothing. */
  klaim_id: string;
  /** The email address, which no other user of the app has. */
  email: string;
  /** The name, where there is one. */
  name?: string;
  /** Custom key-value pairs, where there are any. */
  metadata?: Metadata;
  /** Credits. */
  credit_balance: number;
  /** When it was created, in milliseconds since the Unix epoch. */
  created_at: number;
  /** How the user came to be. Not in every answer. */
  acquisition_source?: "api" | "promotion" | "member_manual";
}

/** A user who is to be stored. */
export interface NewKlaimUser<Metadata = UserData> {
  /** An address by the rule of `<input type=email>`, at most 254 characters. */
  email: string;
  /** The name. */
  name?: string | undefined;
  /** A JSON object; what JSON cannot hold faithfully is refused, as the data of `user-handle` is. No limit to its size here. */
  metadata?: Metadata | undefined;
}

/** What is to be changed about a user; what is left out stays as it is. */
export interface KlaimChanges<Metadata = UserData> extends Partial<NewKlaimUser<Metadata>> {
  /** The new id. */
  user_id?: string | undefined;
}

/** Options of a client; those of calls are the defaults of its calls. */
export interface KlaimOptions extends Omit<CallOptions, "signal"> {
  /** API root, as you were given it: Klaim documents none. https unless the host is loopback. `cargo xtask demo`: `http://localhost:8000/klaim/`. */
  baseUrl: string;
  /** Plain http may go to a machine that is not this one: to a server in a network of your own. Default false. */
  allowHttp?: boolean | undefined;
  /** Used instead of the global `fetch`, which is otherwise looked up at call time. */
  fetch?: typeof fetch | undefined;
}

/**
 * Opens a client. Throws at once, before any request, on a bad argument.
 *
 * ```js
 * const client = connect(process.env.KLAIM_KEY, { baseUrl: process.env.KLAIM_URL });
 * const ada = await client.user("ada").getOrCreate({ email: "ada@example.com", metadata: { born: 1815 } });
 * ```
 * @param apiKey the app's API key, sent as `Authorization: Bearer`. Whoever holds it reads and changes every user: keep it
 *   on a server
 * @throws FeedError `invalid_option` a missing or malformed key or option
 * @throws SiteError `unsupported_runtime` a runtime without WebAssembly, where the hint says what to import, or without fetch
 */
export function connect<Metadata extends object = UserData>(apiKey: string, options: KlaimOptions): KlaimClient<Metadata>;

/** A client of one app. Neither inspecting it nor `JSON.stringify` shows its key. */
export class KlaimClient<Metadata extends object = UserData> {
  private constructor();
  /** The API root, with a final slash. */
  readonly baseUrl: string;
  /** From the last response that carried them; Klaim documents no limits. */
  readonly rateLimit: RateLimit | undefined;
  /** A handle on one user, by `user_id` or `klaim_id`: any text but an empty one, and `.` and `..`, which no URL path can
   *  hold. Makes no request. @throws ValidationError `invalid_id` */
  user(userId: string): KlaimUser<Metadata>;
  /** The users as a collection. */
  readonly users: KlaimUsers<Metadata>;
  /** Calls `listener` at each event from now on, until the function that it returns is called. */
  on<K extends keyof ClientEvents>(event: K, listener: (event: ClientEvents[K]) => void): () => void;
  /** Removes a listener of an event, all of the event's, or all. */
  off<K extends keyof ClientEvents>(event?: K, listener?: (event: ClientEvents[K], ...more: any[]) => void): void;
  /** Releases the module's memory for this client; running calls finish, later ones are refused. Where an engine has no
   *  `Symbol.dispose`, the name is `Symbol.for("Symbol.dispose")`. */
  [Symbol.dispose](): void;
}

/** A handle on one user. There is no `delete`: the service has no call for it. */
export class KlaimUser<Metadata extends object = UserData> {
  private constructor();
  /** The id that the handle was made with; after an `update` of the `user_id`, the new one. */
  readonly id: string;
  /** The metadata as last seen, `{}` where there is none; undefined before the first answer. */
  readonly data: Metadata | undefined;
  /** The whole record as last seen, without `message`. */
  readonly full: KlaimRecord<Metadata> | undefined;

  /** Creates the user with the handle's id; the same handle is returned.
   *  @throws KlaimError `email_exists` · `user_id_exists` · SiteError `outcome_unknown` if the answer was lost */
  create(user: NewKlaimUser<Metadata>, options?: CallOptions): Promise<this>;
  /**
   * Returns the user if it exists, **unchanged**; else creates it. The service has no such call: this adds the user and,
   * where it answers that the `user_id` or the `email` exists, reads the user with the handle's id. So it takes up to two
   * requests, within one deadline, and a lost answer is no problem: it is sent again.
   * @throws KlaimError `email_exists` if another user has the email
   */
  getOrCreate(user: NewKlaimUser<Metadata>, options?: CallOptions): Promise<this>;
  /** Reads the user. @throws KlaimError `not_found` */
  get(options?: CallOptions): Promise<this>;
  /** Changes what is given. With a new `user_id`, the handle has that from then on.
   *  @throws KlaimError `not_found` · `email_exists` · `user_id_exists` · SiteError `outcome_unknown` if the answer to a new
   *    `user_id` was lost */
  update(changes: KlaimChanges<Metadata>, options?: CallOptions): Promise<this>;
  /** The user's credits. @throws KlaimError `not_found` */
  creditBalance(options?: CallOptions): Promise<number>;
  /** The record, or `{ user_id }` before the first answer. */
  toJSON(): KlaimRecord<Metadata> | Pick<KlaimRecord, "user_id">;
}

/** The users of an app, as a collection. */
export interface KlaimUsers<Metadata extends object = UserData> {
  /** Stores a new user. Without a `userId` the service makes the id. @throws as `create` */
  add(user: NewKlaimUser<Metadata> & { userId?: string | undefined }, options?: CallOptions): Promise<KlaimUser<Metadata>>;
  /** `client.user(userId).get()`. */
  get(userId: string, options?: CallOptions): Promise<KlaimUser<Metadata>>;
  /** `client.user(userId).update(changes)`. */
  update(userId: string, changes: KlaimChanges<Metadata>, options?: CallOptions): Promise<KlaimUser<Metadata>>;
  /** All users, page by page: a page is asked for when the loop gets there, so a loop that ends early asks for no more.
   *  The options are those of each page's call. */
  list(options?: CallOptions): AsyncGenerator<KlaimRecord<Metadata>, void, undefined>;
}

/** The service answered with an error. */
export class KlaimError extends Error {
  /** What the service's answer means. */
  readonly code: KlaimErrorCode;
  /** Requests that were sent. */
  readonly attempts: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** A write may have taken effect although no success was seen. */
  readonly mayHaveBeenApplied: boolean;
  /** What to do about it, where that is known. */
  readonly hint?: string;
  /** The HTTP status. */
  readonly status: number;
  /** What the service said: its `message`. */
  readonly detail?: string;
  /** The limits that the response carried. */
  readonly rateLimit?: RateLimit;
  /** How long the service asks to wait. */
  readonly retryAfterMs?: number;
  /** The header `x-request-id` of the response, by which the service's log has the request; where it is sent, and shown. */
  readonly requestId?: string;
  /** The parsed body. */
  readonly error: unknown;
  /** The response; without the request, which holds the key. */
  readonly response: {
    /** The HTTP status. */
    status: number;
    /** What the response calls its status, such as `Not Found`; empty over HTTP/2. */
    statusText: string;
    /** By their names in small letters. */
    headers: Record<string, string>;
    /** The parsed body. */
    data: unknown;
  };
}

/**
 * What the service's answer means: 400 and 409 by their message, 404, 401 and 403, 429, 5xx, and anything else, such as a 400
 * or 409 with a message that is not documented.
 */
export type KlaimErrorCode =
  | "missing_fields" | "email_exists" | "user_id_exists" | "not_found" | "unauthorized" | "rate_limited" | "server_error"
  | "api_error";

/** Recognises errors of this package by brand, and so those of `user-handle` too, which has other classes. */
export function isUserHandleError(value: unknown): value is UserHandleError | KlaimError;

/** All of it, for `import klaim from "user-handle/klaim"`. */
declare const klaim: {
  /** `FeedError`. */
  FeedError: typeof FeedError;
  /** `KlaimClient`. */
  KlaimClient: typeof KlaimClient;
  /** `KlaimError`. */
  KlaimError: typeof KlaimError;
  /** `KlaimUser`. */
  KlaimUser: typeof KlaimUser;
  /** `SiteError`. */
  SiteError: typeof SiteError;
  /** `ValidationError`. */
  ValidationError: typeof ValidationError;
  /** `connect`. */
  connect: typeof connect;
  /** `init`. */
  init: typeof init;
  /** `isUserHandleError`. */
  isUserHandleError: typeof isUserHandleError;
};
export default klaim;
