// Written by hand: this file is the contract.

/**
 * The service as a `fetch` in memory, for tests of code that uses this package.
 * @module user-handle/testing
 */

/**
 * A stand-in for the service: a `fetch` that answers as it does, from memory. It needs no server and no network, and the same
 * calls get the same answers each time.
 *
 * ```js
 * const service = mockService({ users: [{ id: "ada", data: { name: "Ada" } }] });
 * const client = connect("key", userToken("ada"), undefined, { fetch: service.fetch });
 * ```
 *
 * Ids, data, batches, permissions and errors are those of the stand-in server, texts included: the same rules, compiled to
 * WebAssembly. It does **not** check signatures: a token may do what it says. It has no rate limits and no feeds to
 * follow (follow counts are 0).
 * @throws TypeError a malformed or unknown option, or a user that the service would refuse
 */
export function mockService(options?: MockServiceOptions): MockService;

/**
 * A user token as a server would make it, but signed with nothing: for `connect`, with a stand-in behind it.
 * `claims` are further ones, such as `exp`, and cannot replace `user_id`.
 * @throws TypeError an id that no user can have
 */
export function userToken(id: string, claims?: Record<string, unknown>): string;

/** Options of `mockService`. */
export interface MockServiceOptions {
  /** The users that there are at the start, and again after `reset`. Default none. */
  users?: Iterable<TestUser> | undefined;
  /**
   * The time, for timestamps and for the `exp`, `nbf` and `iat` of tokens. By default the first write is at
   * `2026-01-01T00:00:00.000000Z` and each further one a second later; and tokens are judged by the machine's clock.
   */
  now?: (() => Date) | undefined;
  /** The one API key that is known; others get 401. Default: each is known, and all see the same users. */
  apiKey?: string | undefined;
}

/** A user to begin with. What JSON would lose of it is refused, and a key that users have not. */
export interface TestUser {
  /** One or more of `A-Z a-z 0-9 - _`, at most 255. */
  id: string;
  /** Default `{}`. */
  data?: Record<string, unknown> | undefined;
}

/** A user as the service keeps it. */
export interface StoredUser {
  /** The id. */
  id: string;
  /** When it was created, in RFC 3339. */
  created_at: string;
  /** When its data was last replaced, in RFC 3339. */
  updated_at: string;
  /** The data. A test knows what it stored, so its type is open. */
  data: Record<string, any>;
}

/** The stand-in. Its functions may be taken off it and passed on. */
export interface MockService {
  /** For the option `fetch` of `connect`, or in place of the global one. Honours `signal`; any host and root will do. */
  readonly fetch: typeof fetch;
  /** What was asked, in order, failures included. They hold the token and the API key that were sent. */
  readonly requests: TestRequest[];
  /** A user as it is now: a copy. */
  user(id: string): StoredUser | undefined;
  /** All users as they are now, the oldest first: copies. */
  users(): StoredUser[];
  /** Adds users, or replaces the data of those that exist. @throws TypeError a user that the service would refuse */
  add(users: Iterable<TestUser>): void;
  /**
   * Makes a later request fail: the next one, or as the options say. Of several failures that fit, the one that was
   * scripted first comes first. Gives a function that cancels what is left of it.
   *
   * ```js
   * service.fail({ status: 503 }, { times: 2 });                                  // the client tries again
   * service.fail("network", { when: ({ method }) => method === "POST", applied: true }); // outcome_unknown
   * const online = service.fail("unreachable", { times: Infinity });              // until online()
   * ```
   * @throws TypeError an unknown failure, or a malformed option
   */
  fail(failure: Failure, options?: FailOptions): () => void;
  /** As it was at the start: its first users, no requests, no failures, the clock at its beginning. */
  reset(): void;
}

/**
 * How a request fails.
 *
 * - `"network"`: the connection breaks before an answer
 * - `"unreachable"`: there is no connection, as Node tells it, so that even `create` is tried again
 * - `"hang"`: no answer ever comes; the signal ends it, and so do the client's `timeout` and `deadline`
 * - `"cut"`: the request is carried out, and the body of the answer breaks off
 * - an answer of your own
 */
export type Failure = "network" | "unreachable" | "hang" | "cut" | FailureAnswer;

/** An answer of your own. */
export interface FailureAnswer {
  /** From 200 to 599. */
  status: number;
  /** Such as `retry-after`. Default: those of JSON. */
  headers?: Record<string, string> | Headers | undefined;
  /** Sent as it is if it is text, else as JSON. Default: the service's error of this status. */
  body?: unknown;
}

/** Which requests fail. */
export interface FailOptions {
  /** How many. Default 1. */
  times?: number | undefined;
  /** Only those for which this gives true. Default: each. */
  when?: ((request: TestRequest) => boolean) | undefined;
  /** Carry the request out all the same, as a service does whose answer is lost. Default false. */
  applied?: boolean | undefined;
}

/** A request as it arrived. */
export interface TestRequest {
  /** `GET`, `POST`, `PUT` or `DELETE`. */
  method: string;
  /** The whole URL. */
  url: string;
  /** The part of its path after the API root and the version: `user/ada/`. */
  path: string;
  /** Its parameters, decoded. */
  query: Record<string, string>;
  /** By their names in small letters. `authorization` holds the token. */
  headers: Record<string, string>;
  /** Parsed; undefined if there is none. */
  body: any;
}
