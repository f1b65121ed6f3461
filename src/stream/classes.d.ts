/** A JSON object stored for a user. At most 10 240 bytes as UTF-8 JSON. */
export type UserData = Record<string, unknown>;

/** A user as the service returns it. Timestamps are RFC 3339 UTC with six fractional digits. */
export interface UserRecord {
  /** One or more of `A-Z a-z 0-9 - _`, at most 255. */
  id: string;
  /** When the user was created. */
  created_at: string;
  /** When the user was last changed. */
  updated_at: string;
  /** `{}` where the service has none. */
  data: UserData;
  /** How many feeds follow the user's. Only when asked for. */
  followers_count?: number;
  /** How many feeds the user's follows. Only when asked for. */
  following_count?: number;
}

/** Called for a token whenever one is needed and the last one is missing, expired or refused. */
export type TokenProvider = (reason: "initial" | "expired" | "refused") => string | Promise<string>;

/** Options of one call. */
export interface CallOptions {
  /** Cancels the call at any point; rejects with `signal.reason`. */
  signal?: AbortSignal;
  /** Milliseconds for one attempt, body included. Default 10 000. */
  timeout?: number;
  /** Milliseconds for the whole call, attempts and waits included. Default 30 000. */
  deadline?: number;
  /** Attempts after the first. Default 2; 0 turns retries off. */
  retries?: number;
  /** Further headers; those of a call win over those of its client. Names that requests have of their own are refused. */
  headers?: Readonly<Record<string, string>> | Headers | Iterable<readonly [string, string]>;
}

/** Options of `create`. */
export interface CreateOptions extends CallOptions {
  /** Return the user unchanged if it exists. Default false. */
  get_or_create?: boolean;
  /** After a lost answer or a conflict, read the user, and take it as created here if it is. Default false. */
  reconcile?: boolean;
}

/** Options of `get`. */
export interface GetOptions extends CallOptions {
  /** Ask for follow counts. Default false. */
  with_follow_counts?: boolean;
}

/** Options of a client; those of calls are the defaults of its calls. */
export interface ConnectOptions extends Omit<CallOptions, "signal"> {
  /** API root. Default `https://api.stream-io-api.com/api/`. https unless the host is loopback. */
  baseUrl?: string;
  /** Plain http may go to a machine that is not this one: to a server in a network of your own. Default false. */
  allowHttp?: boolean;
  /** Region label: `https://{location}-api.stream-io-api.com/api/`. */
  location?: string;
  /** `http://localhost:8000/api/`: where the stand-in server listens. */
  local?: boolean;
  /** As in Stream's client: `api` is taken as `baseUrl` is. */
  urlOverride?: { /** API root. */ api?: string };
  /** With `location`: `https` (the default). */
  protocol?: string;
  /** API version segment. Default `v1.0`. */
  version?: string;
  /** Source name sent as the `location` query parameter. Default `unspecified`. */
  group?: string;
  /** Adds `iat` to tokens made by `createUserToken`. Default false. */
  expireTokens?: boolean;
  /** Overrides the browser check that refuses an app secret. */
  browser?: boolean;
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch;
}

/** What `delete` gives. */
export interface DeleteResponse {
  /** How long the service took, such as `1.23ms`. */
  duration: string;
  /** The user was gone before this answer arrived: an earlier attempt of the same call removed it. */
  alreadyGone?: true;
}

/** The rate limit of the service. */
export interface RateLimit {
  /** Requests in one window. */
  limit: number;
  /** Requests that are left in this window. */
  remaining: number;
  /** When the window ends, in Unix seconds. */
  reset: number;
}

/** An event of a client. No event carries a token, a secret or the API key. */
export interface ClientEvent {
  /** Which call of the client it belongs to, from 1. */
  callId: number;
  /** The HTTP method. */
  method: string;
  /** The path below the API root, without the query. */
  path: string;
  /** The attempt of the call, from 1. */
  attempt: number;
  /** The name of the method that was called. */
  operation: string;
  /** The HTTP status, of a response. */
  status?: number;
  /** Milliseconds from the request to the end of the response. */
  elapsedMs?: number;
  /** Milliseconds until the next attempt, of a retry. */
  delayMs?: number;
  /** The rate limit that a response told. */
  rateLimit?: RateLimit;
  /** What made the attempt fail, of a retry; what the call is rejected with, of an end. */
  error?: unknown;
}

/** Every error of this package: a real `Error` with a literal `name`, and a `code` such as `not_found`. */
export interface UserHandleError extends Error {
  /** What went wrong: stable, unlike the message. */
  readonly code: string;
  /** Requests that were sent. */
  readonly attempts: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** A write may have taken effect although no success was seen. */
  readonly mayHaveBeenApplied: boolean;
  /** What to do about it, where that is known. */
  readonly hint?: string;
  /** Where in the input: `id`, `data.tags[2]`. */
  readonly path?: string;
  /** The limit that the input passed, where the rule has one. */
  readonly limit?: number;
  /** The value that passed it. */
  readonly actual?: number;
  /** How far the last attempt had come, where no usable answer arrived. */
  readonly phase?: "connect" | "headers" | "body";
  /** The HTTP status of the service's answer. */
  readonly status?: number;
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
  /** The header `x-request-id` of the response, by which the service's log has the request. */
  readonly requestId?: string;
  /** The parsed body of the service's answer. */
  readonly error?: unknown;
  /** The service's answer, with its headers by their names in small letters. */
  readonly response?: { status: number; statusText: string; headers: Record<string, string>; data: unknown };
  /** What it was caused by: what `fetch`, a getter or a token provider threw. */
  readonly cause?: unknown;
}
