// What only Stream's client has.

import { branded } from "./errors.js";

/** Stream answered with an error. */
export class StreamApiError extends Error {}

branded(StreamApiError, "StreamApiError");

export const apiErrorClass = () => StreamApiError;
