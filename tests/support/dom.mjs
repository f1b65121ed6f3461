// A document for React to render into. Import it before React's DOM.

import { Window } from "happy-dom";

const window = new Window({ url: "http://localhost/" });

const names = ["document", "navigator", "MutationObserver", "Node", "Element", "HTMLElement", "HTMLIFrameElement", "DocumentFragment"];
const values = { window, ...Object.fromEntries(names.map((name) => [name, window[name]])) };

// Defined, because newer Nodes have a `navigator` that cannot be assigned.
for (const [name, value] of Object.entries(values)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
