// A stand-in for the service: a `fetch` that answers as it does, from memory. For tests of code that uses this package.
//
// What is answered is decided by the rules of the stand-in server, which are a module here. tests/support/service-contract.mjs
// holds the two to each other.

import { checkFailure, fail, throwIfAborted } from "./failures.js";
import { checked, optionsOf, refused, rules } from "./module.js";
import { read } from "./request.js";
import { textOf } from "./users.js";

const OPTIONS = "a string:apiKey;a function:now;:users";
const FAIL_OPTIONS = "a function:when;a number:times;true or false:applied";

export function mockService(options) {
  const { apiKey, now, users } = optionsOf(options, OPTIONS);
  const seed = textOf(users ?? []);
  const requests = [];
  let service;
  let failures;

  /** What the clock shows that the test has set. */
  const time = () => {
    const ms = now && Number(now());
    if (Number.isNaN(ms)) throw refused("", "what option now gives", "a Date that is valid", "");
    return ms;
  };

  function reset() {
    service?.free();
    service = new (rules().Service)(apiKey);
    failures = [];
    requests.length = 0;
    add(seed);
  }

  const add = (users) => checked(() => service.add(users, time()));

  /** The failure that this request is to meet. */
  function nextFailure(request) {
    const next = failures.find(({ left, when }) => left > 0 && when(request));
    if (next) next.left -= 1;
    return next;
  }

  function answer({ sent, text }) {
    const writeTime = time();
    const request = JSON.stringify({ ...sent, time: writeTime ?? Date.now(), writeTime });
    const { status, headers, body } = JSON.parse(service.answer(request, text));
    return new Response(body, { status, headers });
  }

  reset();
  return {
    async fetch(input, init) {
      const signal = init?.signal ?? (typeof input === "object" ? input.signal : undefined);
      throwIfAborted(signal);
      const asked = await read(input, init);
      requests.push(asked.request);
      const next = nextFailure(asked.request);
      const response = await (next ? fail(next, () => answer(asked), signal) : answer(asked));
      throwIfAborted(signal);
      return response;
    },

    requests,

    user(id) {
      const text = service.user(String(id));
      return text && JSON.parse(text);
    },

    users: () => JSON.parse(service.users()),

    add: (users) => add(textOf(users)),

    fail(failure, options) {
      const { when = () => true, times: left = 1, applied } = optionsOf(options, FAIL_OPTIONS);
      if (!(left >= 0)) throw refused("", "option times", "0 or more", "");
      const script = { failure: checkFailure(failure), left, when, applied };
      failures.push(script);
      return () => { script.left = 0; };
    },

    reset,
  };
}

export const userToken = (id, claims) =>
  checked(() => rules().userToken(JSON.stringify(id), JSON.stringify({ ...claims, user_id: id })));
