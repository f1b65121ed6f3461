// What the exported classes need of promises and listeners.

/** What `keeper` makes of the record that a call ends with. */
export async function kept(promise, keeper) {
  let record;
  try {
    record = await promise;
  } catch (thrown) {
    keeper.free();
    throw thrown;
  }
  return keeper.keep(record);
}

export function addListener(listeners, event, listener) {
  listeners[event].add(listener);
  return () => { listeners[event].delete(listener); };
}

export function removeListeners(listeners, event, listener) {
  for (const name of event === undefined ? Object.keys(listeners) : [event]) {
    listener ? listeners[name].delete(listener) : listeners[name].clear();
  }
}
