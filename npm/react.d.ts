/**
 * Hooks for React, on TanStack Query. They need React 18 or newer and TanStack Query 5, which are yours to install.
 *
 * @module user-handle/react
 */

import type { DataTag, UseMutationResult, UseQueryOptions, UseQueryResult } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import type { Client, DataOf, DeleteResponse, UserData, UserHandleError, UserRecord } from "./index.js";
import type { KlaimChanges, KlaimClient, KlaimError, KlaimRecord, NewKlaimUser } from "./klaim.js";

/** A client of `user-handle`, or of `user-handle/klaim`. */
export type AnyClient = Client<any> | KlaimClient<any>;

/**
 * What a program says of itself: the type of the client that its provider has. Hooks without an explicit type have that one.
 *
 * ```ts
 * declare module "user-handle/react" {
 *   interface Register { client: KlaimClient<Profile> }
 * }
 * ```
 *
 * Without it the client is a `Client`, of `user-handle`.
 */
export interface Register {}

/** The type of the provider's client, as `Register` says. */
export type RegisteredClient = Register extends {
  /** What it says, if it says anything. */
  client: infer C extends AnyClient;
} ? C : Client;

/** The type of the data, or Klaim's metadata, that the provider's client says of its users. */
export type RegisteredData = RegisteredClient extends KlaimClient<infer Metadata> ? Metadata
  : RegisteredClient extends Client<infer Data> ? Data : UserData;

/** A record of the service of the provider's client. */
export type RegisteredRecord<Data extends object = RegisteredData> =
  RegisteredClient extends KlaimClient<any> ? KlaimRecord<Data> : UserRecord<Data>;

/** What `useUser` gives for the service of the provider's client. */
export type RegisteredResult<Data extends object = RegisteredData, Selected = RegisteredRecord<Data> | null> =
  RegisteredClient extends KlaimClient<any> ? KlaimUserResult<Data, Selected> : UserResult<Data, Selected>;

/**
 * Gives a client to `useUser` and `useClient` in the components below. It stands inside a `QueryClientProvider`.
 *
 * ```jsx
 * const client = connect("key", () => fetch("/token").then((answer) => answer.text()));
 *
 * <QueryClientProvider client={new QueryClient()}>
 *   <UserHandleProvider client={client}>
 *     <Profile id="ada" />
 *   </UserHandleProvider>
 * </QueryClientProvider>
 * ```
 */
export function UserHandleProvider(props: { client: AnyClient; children?: ReactNode }): ReactElement;

/**
 * The provider's client, for what no hook does. Its type is the one that `Register` says, or what you say:
 * `useClient<KlaimClient>()`.
 * @throws Error without a provider
 */
export function useClient<C extends AnyClient = RegisteredClient>(): C;

/**
 * A user's record, read when it is first needed, and what writes it.
 *
 * ```jsx
 * function Profile({ id }) {
 *   const { data: user, error, update } = useUser(id);
 *   if (user === undefined) return <p>{error?.message ?? "One moment …"}</p>;
 *   if (user === null) return <p>There is no {id}.</p>;
 *   return (
 *     <button disabled={update.isPending} onClick={() => update.mutate({ ...user.data, waves: (user.data.waves ?? 0) + 1 })}>
 *       {user.data.name} waved {user.data.waves ?? 0} times {update.error?.message}
 *     </button>
 *   );
 * }
 * ```
 *
 * It is the result of TanStack Query's `useQuery` for `userQuery(client, id)`, and beside that a mutation for each method of
 * the handle that writes. `data` is a snapshot: it never changes, and what is equal in the next one is the same object. It
 * is `null` where there is no such user, which is an answer and no error. Components that ask for one user share one
 * request; when the last of them is gone, or has another id, the request is aborted. Without an id none is sent.
 *
 * `retry` is off, because the client itself repeats what is worth repeating: what fails has failed for good.
 * @throws Error without a provider, or without a `QueryClientProvider`
 */
export function useUser<Data extends object = RegisteredData, Selected = RegisteredRecord<Data> | null>(
  id: string | null | undefined, options?: UseUserOptions<RegisteredRecord<Data>, Selected> & { client?: undefined },
): RegisteredResult<Data, Selected>;
/** The same with a client in place of the provider's. */
export function useUser<Data extends object = UserData, Selected = UserRecord<Data> | null>(
  id: string | null | undefined, options: UseUserOptions<UserRecord<Data>, Selected> & { client: Client<Data> },
): UserResult<Data, Selected>;
/** The same with a client of Klaim's users. */
export function useUser<Metadata extends object = UserData, Selected = KlaimRecord<Metadata> | null>(
  id: string | null | undefined, options: UseUserOptions<KlaimRecord<Metadata>, Selected> & { client: KlaimClient<Metadata> },
): KlaimUserResult<Metadata, Selected>;

/**
 * What TanStack Query is told to read a user: for `useQuery`, `useSuspenseQuery`, `prefetchQuery`, the loader of a router,
 * and for server components, which can call it. It makes no request by itself.
 *
 * ```jsx
 * const queryClient = new QueryClient();
 * await queryClient.prefetchQuery(userQuery(client, "ada"));
 * return <HydrationBoundary state={dehydrate(queryClient)}><Profile id="ada" /></HydrationBoundary>;
 * ```
 *
 * A page does not read again what it was given with its HTML until that is stale: give its `QueryClient` a `staleTime`.
 * Failures are not handed on, so that the page tries for itself.
 */
export function userQuery<Data extends object = UserData>(client: Client<Data>, id: string): UserQuery<UserRecord<Data>>;
export function userQuery<Metadata extends object = UserData>(
  client: KlaimClient<Metadata>, id: string,
): UserQuery<KlaimRecord<Metadata>>;

/**
 * Where a user is in the cache, and the `mutationKey` of what writes it: for `invalidateQueries`, `setQueryData`,
 * `useIsMutating`. It holds the API root and the id, and tells applications apart without showing a key, a secret or a token.
 * Server and page have the same key where they have the same API root. Klaim's clients show no key, so that two of its applications
 * with one root need a `QueryClient` each.
 */
export function userKey<Data extends object = UserData>(
  client: Client<Data>, id: string | null | undefined,
): DataTag<UserKey, UserRecord<Data> | null>;
export function userKey<Metadata extends object = UserData>(
  client: KlaimClient<Metadata>, id: string | null | undefined,
): DataTag<UserKey, KlaimRecord<Metadata> | null>;

/** `["user-handle", API root, application, id]`. */
export type UserKey = readonly ["user-handle", string, string, string | null];

/** What `userQuery` gives. */
export interface UserQuery<Record> {
  /** What `userKey` gives. */
  queryKey: DataTag<UserKey, Record | null>;
  /** Rejects with a `UserHandleError`, but for `not_found`. */
  queryFn: (context: { signal: AbortSignal }) => Promise<Record | null>;
  /** Off: the client itself repeats what is worth repeating. */
  retry: false;
}

/** Options of TanStack Query's `useQuery`, such as `staleTime`, `enabled` and `select`; and a client in place of the provider's. */
export type UseUserOptions<Record, Selected = Record | null> = Omit<
  UseQueryOptions<Record | null, UserHandleError | KlaimError, Selected, UserKey>, "queryKey" | "queryFn"
>;

/**
 * What `useUser` gives: a query's result and mutations, each with `mutate`, `mutateAsync`, `isPending`, `error`, `reset`.
 * Errors are where TanStack Query has them: `error` is of the last read, `update.error` of the last update.
 *
 * A success puts the record that the service answered with into the cache, so that nothing is read again. A failure puts back
 * what is known to be stored, and reads the user again. Writes that overlap are settled together, when the last of them
 * ends. A write goes on when its component is gone.
 */
export type UserResult<Data extends object = UserData, Selected = UserRecord<Data> | null> =
  UseQueryResult<Selected, UserHandleError> & {
    /** Creates the user with this data, or with none. Fails with `conflict` if there is one. */
    readonly create: UserMutation<UserRecord<Data>, Data | void>;
    /** Gives the user that there is, **unchanged**, or creates it with this data. */
    readonly getOrCreate: UserMutation<UserRecord<Data>, Data | void>;
    /** Replaces `data` as a whole: keys that are not given are gone. It is shown at once, and taken back if it fails. */
    readonly update: UserMutation<UserRecord<Data>, Data>;
    /** Deletes the user: `data` is `null` then. */
    readonly delete: UserMutation<DeleteResponse, void>;
  };

/** The same of Klaim's users, which cannot be deleted. */
export type KlaimUserResult<Metadata extends object = UserData, Selected = KlaimRecord<Metadata> | null> =
  UseQueryResult<Selected, UserHandleError | KlaimError> & {
    /** Creates the user with this id. */
    readonly create: UserMutation<KlaimRecord<Metadata>, NewKlaimUser<Metadata>>;
    /** Gives the user that there is, **unchanged**, or creates it. */
    readonly getOrCreate: UserMutation<KlaimRecord<Metadata>, NewKlaimUser<Metadata>>;
    /**
     * Changes what is given. It is shown at once, and taken back if it fails. A new `user_id` is not shown here: the record is
     * under the new id afterwards.
     */
    readonly update: UserMutation<KlaimRecord<Metadata>, KlaimChanges<Metadata>>;
  };

/** A mutation of TanStack Query's. */
export type UserMutation<Answer, Given> = UseMutationResult<Answer, UserHandleError | KlaimError, Given, unknown>;
