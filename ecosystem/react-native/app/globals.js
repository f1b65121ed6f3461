// What React Native itself puts into the global object before an app runs: `fetch` and its classes from whatwg-fetch (its
// Libraries/Network/fetch.js), and AbortController from abort-controller (its Libraries/Core/setUpXHR.js).

import { AbortController, AbortSignal } from "abort-controller/dist/abort-controller";
import { Headers, Request, Response, fetch } from "whatwg-fetch";

Object.assign(globalThis, { AbortController, AbortSignal, Headers, Request, Response, fetch });
