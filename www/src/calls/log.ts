// Every call of the client, put together from its events. Events name no call: those of a call are told from others by
// method, path and the number of the attempt, and among equals by how long they took.

import { signal } from "@preact/signals";
import type { ClientEvents } from "user-handle";

import { rateLimit } from "../state";
import type { Session } from "../service/types";

const MAX_CALLS = 60;
const MAX_POINTS = 600;

export interface Attempt {
  number: number;
  /** Milliseconds since the call began. */
  from: number;
  to: number | undefined;
  status: number | undefined;
  /** Why there was no answer. */
  failure: string | undefined;
}

export interface Call {
  key: number;
  method: string;
  path: string;
  operation: string;
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

let keys = 0;

/** Listens to this client from now on. */
export function watch(session: Session): void {
  calls.value = [];
  points.value = [];
  session.on("request", begin);
  session.on("response", (event) => {
    answered(event);
    rateLimit.value = session.rateLimit();
  });
  session.on("retry", retried);
}

function begin({ method, path, attempt, operation }: ClientEvents["request"]): void {
  const now = performance.now();
  const before = attempt > 1 ? pending(method, path, attempt - 1) : undefined;
  const next = (from: number): Attempt => ({ number: attempt, from, to: undefined, status: undefined, failure: undefined });
  if (before) {
    replace({ ...before, attempts: [...before.attempts, next(now - before.begin)] });
    return;
  }
  const call: Call = { key: (keys += 1), method, path, operation, begin: now, attempts: [next(0)], isOver: false };
  calls.value = [call, ...calls.value].slice(0, MAX_CALLS);
}

function answered({ method, path, attempt, status, elapsedMs }: ClientEvents["response"]): void {
  const now = performance.now();
  add({ at: now / 1_000, ms: elapsedMs, ok: status < 400 });
  const began = now - elapsedMs;
  const distance = (call: Call) => Math.abs(call.begin + (last(call)?.from ?? 0) - began);
  const open = calls.value.filter((call) => matches(call, method, path, attempt) && last(call)?.to === undefined);
  const [call] = open.sort((one, other) => distance(one) - distance(other));
  // Whether another attempt follows is told after this.
  if (call) end(call, { status, to: now - call.begin }, true);
}

function retried({ method, path, attempt, error }: ClientEvents["retry"]): void {
  const { status, code = error.name } = error as { status?: number; code?: string };
  const alike = calls.value.filter((call) => matches(call, method, path, attempt));
  const call = alike.find((call) => (status === undefined ? last(call)?.to === undefined : call.isOver && last(call)?.status === status));
  if (!call) return;
  const attempted = last(call);
  if (attempted?.status !== undefined) {
    replace({ ...call, isOver: false });
    return;
  }
  const now = performance.now();
  add({ at: now / 1_000, ms: now - call.begin - (attempted?.from ?? 0), ok: false });
  end(call, { failure: code, to: now - call.begin }, false);
}

/** What is still open of an operation that has ended had no answer. */
export function settle(failure: string): void {
  const now = performance.now();
  for (const call of calls.value) {
    if (!call.isOver) end(call, last(call)?.to === undefined ? { failure, to: now - call.begin } : {}, true);
  }
}

function end(call: Call, change: Partial<Attempt>, isOver: boolean): void {
  const attempts = call.attempts.map((each, i) => (i === call.attempts.length - 1 ? { ...each, ...change } : each));
  replace({ ...call, attempts, isOver });
}

const last = (call: Call): Attempt | undefined => call.attempts.at(-1);

const matches = (call: Call, method: string, path: string, attempt: number): boolean =>
  call.method === method && call.path === path && last(call)?.number === attempt;

/** The oldest call that waits to be tried again. */
const pending = (method: string, path: string, attempt: number): Call | undefined =>
  calls.value.findLast((call) => matches(call, method, path, attempt) && !call.isOver && last(call)?.to !== undefined);

function replace(next: Call): void {
  calls.value = calls.value.map((call) => (call.key === next.key ? next : call));
}

function add(point: Point): void {
  points.value = [...points.value, point].slice(-MAX_POINTS);
}

/** When the call, or what is known of it, ended, in milliseconds since it began. */
export const endOf = (call: Call): number => last(call)?.to ?? last(call)?.from ?? 0;

/** How long it waited between attempts. */
export const waited = (call: Call): number =>
  call.attempts.reduce((sum, { from }, i) => sum + (i === 0 ? 0 : from - (call.attempts[i - 1]?.to ?? from)), 0);
