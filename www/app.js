// The first page: connect, call, read the answer. Secrets stay in the memory of this page; what comes from a user or a
// server is only ever put in as text.

const API_ROOT = `${location.origin}/api/`;
const MAX_DATA_BYTES = 10_240;
const MAX_LOG_ROWS = 50;

/** On the visitor's own machine; `[::1]` is how a URL spells the address. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);

/** What each button calls, and how that reads while it runs and after. */
const OPERATIONS = {
  create: { takesData: true, writes: true, doing: "Creating", done: (id) => `Created ${id}.` },
  getOrCreate: {
    takesData: true,
    writes: true,
    doing: "Getting or creating",
    done: (id) => `Here is ${id}, as it was stored, or created just now.`,
  },
  get: { doing: "Reading", done: (id) => `Here is ${id}.` },
  profile: { doing: "Reading", done: (id) => `Here is ${id}, with follow counts.` },
  update: { takesData: true, writes: true, doing: "Updating", done: (id) => `Replaced the data of ${id}.` },
  delete: {
    writes: true,
    doing: "Deleting",
    done: (id, { alreadyGone }) =>
      alreadyGone ? `${id} was gone already: an earlier attempt deleted it.` : `Deleted ${id}.`,
  },
};

const element = (id) => document.getElementById(id);
const [root, open, who, key, credential] = ["root", "open", "who", "key", "credential"].map(element);
const [userForm, fields, id, data, cancel] = ["user", "fields", "id", "data", "cancel"].map(element);
const [outcome, record, error, hint, facts] = ["outcome", "record", "error", "hint", "facts"].map(element);

let connect, isUserHandleError;
/** @type {import("user-handle").Client | undefined} */
let client;
/** @type {AbortController | undefined} of the call that is running. */
let running;

// Connecting ----------------------------------------------------------------------------------------------------------

root.textContent = API_ROOT;
if (LOOPBACK) {
  key.value = "demo-key";
  credential.value = "demo-secret";
  element("credential-note").textContent =
    "The demo's secret is public and this server is on your own machine, so this page may use it; anywhere else a " +
    "browser takes only a user token.";
}
showCount();

try {
  // Not a static import: if the package is missing, the page can still say so.
  ({ connect, isUserHandleError } = await import("/pkg/index.js"));
  say(who, "Not connected.");
  open.disabled = false;
} catch {
  const mend = "run cargo xtask build, and start the server with --pkg pkg/dist.";
  say(who, `There is no package at /pkg/index.js: ${mend}`, "bad");
}

element("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  running?.abort();
  client?.off();
  client = undefined;
  try {
    client = connect(key.value.trim(), credential.value.trim(), undefined, {
      baseUrl: API_ROOT,
      ...(LOOPBACK && { browser: false }),
    });
    for (const [name, listener] of Object.entries({ request: logRequest, response: logResponse, retry: logRetry })) {
      client.on(name, listener);
    }
    say(who, `Connected as the ${client.usingApiSecret ? "server side" : `user ${client.userId}`}.`, "good");
  } catch (failure) {
    say(who, [sentence(failure.message), failure.hint && sentence(failure.hint)].filter(Boolean).join(" "), "bad");
  }
  fields.disabled = client === undefined;
  checkId();
});

// Checking while one types --------------------------------------------------------------------------------------------

id.addEventListener("input", checkId);
data.addEventListener("input", checkData);

function checkId() {
  showProblem(id, "");
  if (client === undefined) return;
  try {
    client.user(id.value);
  } catch (failure) {
    showProblem(id, sentence(failure.message));
  }
}

/** The data, or undefined where it is not JSON; every other rule is the client's, which tells when it is called. */
function checkData() {
  showCount();
  try {
    const value = JSON.parse(data.value);
    showProblem(data, "");
    return value;
  } catch (failure) {
    const empty = data.value.trim() === "";
    showProblem(data, empty ? "Write {} for no data." : `This is not JSON yet: ${sentence(failure.message)}`);
    return undefined;
  }
}

/** Counts what would be sent, which is shorter than what is typed. */
function showCount() {
  let bytes;
  try {
    bytes = new TextEncoder().encode(JSON.stringify(JSON.parse(data.value))).length;
  } catch {
    bytes = new TextEncoder().encode(data.value).length;
  }
  const size = element("data-size");
  size.textContent = `${grouped(bytes)} of ${grouped(MAX_DATA_BYTES)} bytes`;
  size.classList.toggle("over", bytes > MAX_DATA_BYTES);
}

function showProblem(field, text) {
  element(`${field.id}-problem`).textContent = text;
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

// Calling -------------------------------------------------------------------------------------------------------------

userForm.addEventListener("submit", (event) => {
  event.preventDefault();
  if (running === undefined) run(event.submitter);
});
cancel.addEventListener("click", () => running?.abort());

async function run(button) {
  const operation = OPERATIONS[button.value];
  const name = id.value;
  let value;
  if (operation.takesData) {
    value = checkData();
    if (value === undefined) {
      showFailure({ message: element("data-problem").textContent });
      data.focus();
      return;
    }
  }
  const control = (running = new AbortController());
  setBusy(button, true);
  say(outcome, `${operation.doing} ${name} …`);
  try {
    const handle = client.user(name);
    const options = { signal: control.signal };
    const answer = await (operation.takesData ? handle[button.value](value, options) : handle[button.value](options));
    showAnswer(operation.done(name, answer), handle.full ? { id: name, ...handle.full } : answer);
  } catch (failure) {
    if (control.signal.aborted) showCancelled(operation);
    else showFailure(failure);
  } finally {
    running = undefined;
    setBusy(button, false);
    closeLogRow(control.signal.aborted ? "cancelled" : "no answer");
    showRateLimit();
  }
}

/** Marks the buttons rather than disabling them, so that the keyboard's focus stays where it is. */
function setBusy(button, busy) {
  if (!busy && document.activeElement === cancel) button.focus();
  for (const each of userForm.querySelectorAll("button[value]")) each.setAttribute("aria-disabled", String(busy));
  button.classList.toggle("busy", busy);
  for (const part of [userForm, element("result")]) part.setAttribute("aria-busy", String(busy));
  cancel.hidden = !busy;
  if (!busy) outcome.scrollIntoView({ block: "nearest" });
}

// Showing -------------------------------------------------------------------------------------------------------------

function showAnswer(text, answer) {
  say(outcome, text, "good");
  record.textContent = JSON.stringify(answer, null, 2);
  record.hidden = false;
  error.hidden = true;
}

function showCancelled({ writes }) {
  say(outcome, writes ? "Cancelled. Whether the change was made is not known; Get tells." : "Cancelled.");
  record.hidden = error.hidden = true;
}

function showFailure(failure) {
  // What the service says is a sentence for people; the whole message, with status and exception, is in the details.
  say(outcome, sentence(failure.detail || failure.message), "bad");
  hint.textContent = failure.hint ? sentence(failure.hint) : "";
  const known = isUserHandleError(failure);
  const rows = {
    "Code": failure.code,
    "HTTP status": failure.status,
    "Path": failure.path,
    "Attempts": failure.attempts,
    "Retryable": yesOrNo(failure.retryable),
    "May have been applied": yesOrNo(failure.mayHaveBeenApplied),
  };
  facts.replaceChildren(
    ...Object.entries(rows)
      .filter(([, value]) => known && value !== undefined)
      .flatMap(([term, value]) => [textElement("dt", term), textElement("dd", value)]),
  );
  const { name, message, phase, apiCode, exception, retryAfterMs, error: body } = failure;
  const cause = failure.cause && String(failure.cause);
  const requestId = failure.response?.headers["x-request-id"];
  const technical = { name, message, phase, cause, apiCode, exception, retryAfterMs, requestId, body };
  element("technical").textContent = JSON.stringify(technical, null, 2);
  error.querySelector("details").open = false;
  error.querySelector("details").hidden = !known;
  record.hidden = true;
  error.hidden = false;
}

function say(place, text, tone = "") {
  place.textContent = text;
  place.className = `status ${tone}`;
}

// The log -------------------------------------------------------------------------------------------------------------

const log = element("log");
/** The row of the attempt that has no answer yet. */
let pending;

function logRequest({ method, path, attempt }) {
  pending = log.insertRow(0);
  for (const text of [method, path, attempt, "…", ""]) pending.insertCell().textContent = text;
  while (log.rows.length > MAX_LOG_ROWS) log.deleteRow(-1);
  element("calls").hidden = false;
}

function logResponse({ status, elapsedMs }) {
  closeLogRow(status, status < 400 ? "good" : "bad", elapsedMs.toFixed(elapsedMs < 10 ? 1 : 0));
}

function logRetry({ attempt, delayMs, error: reason }) {
  closeLogRow("no answer");
  const seconds = (delayMs / 1000).toFixed(1);
  say(outcome, `Attempt ${attempt} failed (${reason.code}), the next one starts in ${seconds} s …`);
}

function closeLogRow(status, tone = "bad", elapsed = "") {
  if (pending === undefined) return;
  pending.cells[3].textContent = status;
  pending.cells[3].className = tone;
  pending.cells[4].textContent = elapsed;
  pending = undefined;
}

function showRateLimit() {
  const limit = client?.rateLimit;
  if (limit === undefined) return;
  const reset = new Date(limit.reset * 1000).toLocaleTimeString();
  element("rate-limit").textContent =
    `Newest first. Rate limit: ${grouped(limit.remaining)} of ${grouped(limit.limit)} requests left until ${reset}.`;
}

// Text ----------------------------------------------------------------------------------------------------------------

const yesOrNo = (value) => (value === undefined ? undefined : value ? "yes" : "no");

/** Groups of three digits with a space that does not break. */
function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
}

/** The errors' clauses begin in lower case and have no full stop; a page is read as sentences. */
function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

function textElement(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
