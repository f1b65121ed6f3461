// Who listens to a client's events, and how they are told.

/** The events that there are. */
export const EVENTS = ["request", "response", "retry", "end"];

/** For each event, those who listen to it. */
export const newListeners = () => Object.fromEntries(EVENTS.map((name) => [name, new Set()]));

/** What tells them. One that throws is reported, as with an event target, and disturbs nobody. */
export const telling = (listeners) => (name, event, body) => {
  for (const listener of [...listeners[name]]) {
    try {
      call(listener, name, event, body);
    } catch (error) {
      queueMicrotask(() => { throw error; });
    }
  }
};

/** A listener with more than one parameter is written for Stream's client, which tells nothing of answers that are errors. */
function call(listener, name, event, body) {
  if (listener.length < 2 || "error" in event) listener(event);
  else if (name === "request") listener(event.method, { url: event.path });
  else if (event.status < 300) listener(null, { status: event.status, data: body }, body);
}
