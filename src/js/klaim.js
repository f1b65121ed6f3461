// What only Klaim's client has.

import { branded } from "./errors.js";

/** Klaim answered with an error. */
export class KlaimError extends Error {}

branded(KlaimError, "KlaimError");

export const apiErrorClass = () => KlaimError;

/** The fields that the service knows, each read once; an array of the name of one that cannot be read, and of why. */
export function readFields(user, names) {
  const fields = {};
  for (const name of names.split(",")) {
    try {
      fields[name] = user[name];
    } catch (thrown) {
      return [name, thrown];
    }
  }
  return fields;
}

export const withId = (fields, userId) => ({ ...fields, userId });
