// Written by hand: this file is the contract.

/**
 * The stand-in server for the users APIs of Stream and Klaim, started by a program.
 * @module user-handle-server
 */

declare global {
  // As in TypeScript's own library from 5.2 on, for those who compile with an older one.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/**
 * Starts a server on a free port, and resolves when it listens. It keeps its users in memory unless there is a `database`.
 *
 * ```js
 * const server = await startServer();
 * const client = connect(server.key, server.secret, undefined, { baseUrl: server.api });
 * await server.stop();
 * ```
 *
 * The server ends with this process, however that ends, and does not keep it alive. Its log, errors alone, goes to standard error.
 * Variables `USER_HANDLE_…` of the environment do not reach it; `USER_HANDLE_SERVER` names another binary.
 * @throws TypeError an unknown or malformed option
 * @throws Error there is no binary for this platform; or the server ended before it listened, with what it printed
 */
export function startServer(options?: ServerOptions): Promise<Server>;

/** Options of `startServer`. */
export interface ServerOptions {
  /** `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/DATABASE`. Default `sqlite::memory:`, which is gone with the server. */
  database?: string | undefined;
  /** The API key of the app, without a colon or a comma. Default `test-key`. */
  key?: string | undefined;
  /** The secret of the app, without a comma or a dot. Default a random one. */
  secret?: string | undefined;
  /** The API key of Klaim's API. Default a random one. */
  klaimKey?: string | undefined;
  /** Requests that fail on purpose, as the flag `--faults` has them: `seed=7,rate=0.2,kinds=reset,503`. Default none. */
  faults?: string | undefined;
  /** Requests per minute, or `stream` for the limits that Stream documents. Default no limit. */
  rateLimit?: number | "stream" | undefined;
  /**
   * Further flags, as `user-handle-server --help` lists them: `["--latency", "80"]`. They win over the options. `--app` and
   * `--klaim-key` are refused: use `key`, `secret` and `klaimKey`.
   */
  args?: readonly string[] | undefined;
}

/** A server that listens. */
export interface Server {
  /** `http://localhost:PORT`, where the console is. */
  readonly url: string;
  /** What `connect` takes as `baseUrl`. */
  readonly api: string;
  /** What `connect` of `user-handle/klaim` takes as `baseUrl`. */
  readonly klaim: string;
  /** The API key of the app, the first argument of `connect`. */
  readonly key: string;
  /** The secret of the app, which signs tokens. */
  readonly secret: string;
  /** The API key of Klaim's API. */
  readonly klaimKey: string;
  /** Stops the server, which finishes the requests that it has, and resolves when it has ended. It may be called again. */
  stop(): Promise<void>;
  /** `stop`, for `await using`. In Node from 18.18 on. */
  [Symbol.asyncDispose](): Promise<void>;
}
