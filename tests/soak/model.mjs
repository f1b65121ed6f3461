// What may be stored, judged from nothing but what the client said of each call.
//
// For each id the model holds every state that is possible: more than one after a write whose outcome is uncertain. A
// state is the number that the user's data holds, or null where there is no user.

/** Every state after a write that may, or may not, have been carried out. */
const uncertain = (states, effect) => new Set([...states, ...[...states].map(effect)]);

/** What each kind of write makes of a state. */
const EFFECTS = {
  create: (number) => (state) => state ?? number,
  getOrCreate: (number) => (state) => state ?? number,
  update: (number) => (state) => (state === null ? null : number),
  delete: () => () => null,
  override: (number) => () => number,
  add: (number) => (state) => state ?? number,
  deleteMany: () => () => null,
};

/** What each kind of write may leave where it is carried out, whatever was there. */
const leaves = (kind, number) => (kind === "delete" || kind === "deleteMany" ? null : number);

export class Model {
  #users = new Map();
  /** What should not have been, in words. */
  violations = [];

  #user(id) {
    let user = this.#users.get(id);
    if (!user) {
      user = { states: new Set([null]), writes: [], reads: new Set(), doubtful: new Set() };
      this.#users.set(id, user);
    }
    return user;
  }

  #violation(id, what) {
    const user = this.#user(id);
    const possible = [...user.states].map(String).join(" or ");
    if (this.violations.length < 20) this.violations.push(`${id}: ${what}, where ${possible} was possible`);
  }

  get ids() {
    return [...this.#users.keys()];
  }

  /** What may be stored for this id. */
  states(id) {
    return [...this.#user(id).states];
  }

  /** A write is about to be called. The function that it returns is told how it ended. */
  write(kind, number, ids) {
    const effect = EFFECTS[kind](number);
    const token = { kind, number };
    for (const id of ids) {
      const user = this.#user(id);
      user.writes.push(token);
      for (const read of user.reads) read.add(leaves(kind, number));
    }
    return (outcome) => ids.forEach((id) => this.#ended(id, token, effect, outcome));
  }

  /** A read is about to be called. The function that it returns is told what was seen: a state for each id. */
  read(ids) {
    const reads = ids.map((id) => {
      const user = this.#user(id);
      const seen = new Set([...user.states, ...user.writes.map(({ kind, number }) => leaves(kind, number))]);
      user.reads.add(seen);
      return { id, user, seen };
    });
    return (states) => {
      for (const { id, user, seen } of reads) {
        user.reads.delete(seen);
        if (states && !seen.has(states.get(id))) this.#violation(id, `a read saw ${states.get(id)}`);
      }
    };
  }

  /**
   * `outcome`: `{ done: true, seen?, written?, alreadyGone? }`, or `{ code, attempts, mayHaveBeenApplied }`.
   * `seen` is the state that `getOrCreate` gave, `written` the ids that a batch says it wrote.
   */
  #ended(id, token, effect, outcome) {
    const user = this.#user(id);
    const { kind, number } = token;
    const before = user.states;
    // A call that waited behind others until its deadline was never sent, and may end before them.
    const unsent = !outcome.done && outcome.attempts === 0 && !outcome.mayHaveBeenApplied;
    if (user.writes[0] !== token && !unsent) this.#violation(id, `${kind} ${number} overtook an earlier write`);
    user.writes = user.writes.filter((other) => other !== token);
    const narrowed = (states, what) => {
      const possible = new Set(states);
      if (possible.size === 0) this.#violation(id, what);
      return possible;
    };
    const present = [...before].filter((state) => state !== null);

    if (!outcome.done) {
      if (outcome.code === "not_found") {
        // Also after an earlier attempt of the call was lost: what updates and deletes do not find, they do not make.
        const absent = [...before].filter((state) => state === null);
        user.states = narrowed(absent, `${kind} ${number} says that there is no user`);
      } else if (outcome.mayHaveBeenApplied) {
        user.doubtful.add(leaves(kind, number));
        user.states = uncertain(before, effect);
      } else if (outcome.code === "conflict") {
        user.states = narrowed(present, `${kind} ${number} says that the user exists`);
      }
      return;
    }
    if (kind === "create" && !before.has(null)) this.#violation(id, `create ${number} succeeded`);
    if (kind === "update" && present.length === 0) this.#violation(id, `update ${number} succeeded`);
    if (kind === "delete" && present.length === 0 && !outcome.alreadyGone) this.#violation(id, "delete succeeded");
    if (kind === "getOrCreate") {
      const possible = new Set([...before].map(effect));
      if (!possible.has(outcome.seen)) this.#violation(id, `getOrCreate ${number} gave ${outcome.seen}`);
      user.states = new Set([outcome.seen]);
    } else if (kind === "add" && !outcome.written.has(id)) {
      // It was there; or an earlier attempt of the same call, whose answer was lost, created it.
      user.states = new Set([...before].map(effect));
    } else {
      if (kind === "add" && !before.has(null)) this.#violation(id, `a batch says that it created ${number}`);
      user.states = new Set([leaves(kind, number)]);
    }
  }

  /** Compares all of it with what is stored: `stored` gives the state of an id. */
  compare(stored) {
    let settled = 0;
    for (const [id, user] of this.#users) {
      const state = stored(id);
      if (user.writes.length > 0 || user.reads.size > 0) this.#violation(id, "a call is still pending");
      if (user.states.size === 1) settled += 1;
      if (!user.states.has(state)) {
        const late = user.doubtful.has(state) ? ", which an uncertain write left after a later one" : "";
        this.#violation(id, `${state} is stored${late}`);
      }
    }
    return { ids: this.#users.size, settled };
  }
}
