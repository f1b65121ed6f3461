// Every call of the client, put together from its events and from what its `fetch` sends and gets.

import { signal } from "@preact/signals";
import type { ClientEvents } from "user-handle";

import { lastAction, rateLimit, type Action } from "../state";
import type { Session } from "../service/types";
import { answerOf, requestOf, type Exchange } from "./exchange";

const MAX_CALLS = 60;
const MAX_POINTS = 600;

export interface Attempt {
  number: number;
  method: string;
  path: string;
  /** Milliseconds since the call began. */
  from: number;
  to: number | undefined;
  status: number | undefined;
  /** Why there was no answer. */
  failure: string | undefined;
  exchange: Exchange | undefined;
}

export interface Call {
  /** The client's own number. */
  id: number;
  method: string;
  path: string;
  operation: string;
  /** What somebody did that made this call, as far as there is code for it. */
  action: Action | undefined;
  begin: number;
  attempts: readonly Attempt[];
  /** Nothing more is to come of it. */
  isOver: boolean;
}

/** One answer, or an attempt without one, for the chart. */
export interface Point {
  /** Seconds since the page was opened. */
  at: number;
  ms: number;
  ok: boolean;
}

/** The latest first. */
export const calls = signal<readonly Call[]>([]);
export const points = signal<readonly Point[]>([]);
/** The id of the call that is shown in full. */
export const chosen = signal<number | undefined>(undefined);

/** Listens to this client from now on. */
export function watch(session: Session): void {
  clear();
  session.on("request", begin);
  session.on("response", (event) => {
    answered(event);
    rateLimit.value = session.rateLimit();
  });
  session.on("retry", ({ callId, error }) => unanswered(callId, failureOf(error)));
  session.on("end", ({ callId, error }) => {
    unanswered(callId, failureOf(error));
    change(callId, (call) => ({ ...call, isOver: true }));
  });
}

export function clear(): void {
  calls.value = [];
  points.value = [];
  chosen.value = undefined;
}

/** A `fetch` for the client that is watched: what it sends and gets is kept with the attempt. */
export const recordingFetch: typeof fetch = async (input, init) => {
  const exchange = requestOf(input, init);
  const call = calls.value.findLast((each) => isOf(each, exchange));
  const number = call && last(call)?.number;
  const keep = (kept: Exchange) => call && changeAttempt(call.id, number, () => ({ exchange: kept }));
  keep(exchange);
  const response = await fetch(input, init);
  if (call) {
    // An answer that breaks off is told by the call.
    void answerOf(response, exchange.notKept === undefined).then((answer) => keep({ ...exchange, answer }), () => {});
  }
  return response;
};

/** Whether the call has begun an attempt with this request, and no other is kept for it. */
function isOf(call: Call, { method, url }: Exchange): boolean {
  const attempt = last(call);
  if (attempt === undefined || attempt.exchange !== undefined || attempt.to !== undefined) return false;
  return attempt.method === method && new URL(url).pathname.endsWith(`/${attempt.path.split("?")[0]}`);
}

function begin({ callId, method, path, attempt, operation }: ClientEvents["request"]): void {
  const now = performance.now();
  const next = (from: number): Attempt =>
    ({ number: attempt, method, path, from, to: undefined, status: undefined, failure: undefined, exchange: undefined });
  if (attempt === 1) {
    const call: Call = { id: callId, method, path, operation, action: actionOf(operation, path), begin: now, attempts: [next(0)], isOver: false };
    calls.value = [call, ...calls.value].slice(0, MAX_CALLS);
  } else {
    change(callId, (call) => ({ ...call, attempts: [...call.attempts, next(now - call.begin)] }));
  }
}

/** Reads go before some actions and after others. */
function actionOf(operation: string, path: string): Action | undefined {
  const last = lastAction.peek();
  if (last && (last.verb === operation || (operation === "addUsers" && last.verb === "import"))) return last;
  if (operation !== "get") return undefined;
  const id = decodeURIComponent(path.split("/")[1] ?? "");
  return last?.verb === "profile" && last.id === id ? last : { verb: "get", id, value: undefined };
}

function answered({ callId, attempt, status, elapsedMs }: ClientEvents["response"]): void {
  const now = performance.now();
  add({ at: now / 1_000, ms: elapsedMs, ok: status < 400 });
  changeAttempt(callId, attempt, (call) => ({ status, to: now - call.begin }));
}

/** The last attempt has ended without an answer, unless one was told. */
function unanswered(callId: number, failure: string): void {
  const call = calls.value.find(({ id }) => id === callId);
  const attempt = call && last(call);
  if (!call || !attempt || attempt.to !== undefined) return;
  const now = performance.now();
  add({ at: now / 1_000, ms: now - call.begin - attempt.from, ok: false });
  changeAttempt(callId, attempt.number, () => ({ failure, to: now - call.begin }));
}

/** The code of an error of the package; what else ends a call is the visitor's abort, whose code is a number. */
function failureOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "cancelled";
}

function change(callId: number, changed: (call: Call) => Call): void {
  calls.value = calls.value.map((call) => (call.id === callId ? changed(call) : call));
}

function changeAttempt(callId: number, number: number | undefined, changed: (call: Call) => Partial<Attempt>): void {
  change(callId, (call) => ({
    ...call,
    attempts: call.attempts.map((attempt) => (attempt.number === number ? { ...attempt, ...changed(call) } : attempt)),
  }));
}

const last = (call: Call): Attempt | undefined => call.attempts.at(-1);

function add(point: Point): void {
  points.value = [...points.value, point].slice(-MAX_POINTS);
}

/** When the call, or what is known of it, ended, in milliseconds since it began. */
export const endOf = (call: Call): number => last(call)?.to ?? last(call)?.from ?? 0;

/** How long it waited between attempts. */
export const waited = (call: Call): number =>
  call.attempts.reduce((sum, { from }, i) => sum + (i === 0 ? 0 : from - (call.attempts[i - 1]?.to ?? from)), 0);
