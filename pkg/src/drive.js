// Takes calls on: asks the module what comes next, waits for it, and tells the module what came.

import { race } from "../../src/js/exchange.js";
import { describe } from "../../src/js/values.js";
import { current, enter } from "./load.js";

// What `Core.advance` is told; the others are in src/js/exchange.js.
export const NOTHING = 0, ELAPSED = 7;
const TOKEN = 9, NO_TOKEN = 10;

/**
 * A call, to its end. `begin` is given a promise that is resolved once the call has ended, and gives the client inside
 * the module, the number of the call there, whether it may change what is stored, and where others come before it, a promise
 * of what the module is told first.
 */
export async function drive(begin) {
  const engine = current();
  const call = { writes: false };
  engine.pending.add(call);
  let end;
  const ended = new Promise((resolve) => { end = resolve; });
  try {
    const { core, number, writes, before } = begin(ended);
    call.writes = writes;
    call.race = before;
    let told = before ? await before : [NOTHING];
    // A module that trapped meanwhile has stopped what was waited for.
    while (!engine.dead) {
      const next = enter(() => core.advance(number, ...told));
      if (typeof next?.then !== "function") return next;
      call.race = next;
      told = await next;
    }
  } catch (error) {
    call.error ??= error;
  } finally {
    engine.pending.delete(call);
    end();
  }
  throw call.error;
}

/**
 * Asks the token provider, once for all who wait: whoever asks first runs the question in its own time; where that ends
 * without an answer, the others are told nothing, and ask again. Gives what the module's `ask` is to be.
 */
export function asking(provider) {
  let asked;
  return (reason, ms, signal) => {
    const ended = race(ms, signal, () => [ELAPSED]);
    if (asked) {
      asked.then((told) => ended.end(told[0] === TOKEN || told[0] === NO_TOKEN ? told : [NOTHING]));
    } else {
      const answer = async () => {
        const token = await provider(reason);
        if (typeof token === "string") return [TOKEN, 0, token];
        throw new TypeError(`the token provider gave ${describe(token)}`);
      };
      answer().catch((cause) => [NO_TOKEN, 0, cause]).then(ended.end);
      asked = ended;
      ended.then(() => { asked = undefined; });
    }
    return ended;
  };
}
