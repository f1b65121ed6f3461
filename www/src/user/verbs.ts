// What each button does, and how that reads while it runs and after.

import type { Outcome, Session, Verb } from "../service/types";

export interface Words {
  label: string;
  doing: string;
  done: (id: string, outcome: Outcome) => string;
  takesData?: true;
  /** Its answer is what is stored, which the editor then has. */
  fillsEditor?: true;
  writes?: true;
}

export const WORDS: Record<Verb, Words> = {
  create: { label: "Create", doing: "Creating", done: (id) => `Created ${id}.`, takesData: true, writes: true },
  getOrCreate: {
    label: "Get or create",
    doing: "Getting or creating",
    done: (id) => `Here is ${id}, as it was stored, or created just now.`,
    takesData: true,
    writes: true,
  },
  get: { label: "Get", doing: "Reading", done: (id) => `Here is ${id}.`, fillsEditor: true },
  profile: { label: "Profile", doing: "Reading", done: (id) => `Here is ${id}, with follow counts.`, fillsEditor: true },
  update: { label: "Update", doing: "Updating", done: (id) => `Updated ${id}.`, takesData: true, writes: true },
  delete: {
    label: "Delete",
    doing: "Deleting",
    done: (id, { alreadyGone }) =>
      alreadyGone ? `${id} was gone already: an earlier attempt deleted it.` : `Deleted ${id}.`,
    writes: true,
  },
  creditBalance: { label: "Credit balance", doing: "Reading", done: (id) => `Here are the credits of ${id}.` },
};

/** What is said below the buttons. */
export const HINTS: Record<Session["service"], string> = {
  Stream: "Update replaces the data as a whole. Profile is Get with follow counts.",
  Klaim: "Update changes what is given and leaves the rest. Klaim has no call that deletes a user.",
};
