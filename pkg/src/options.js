// The arguments of `connect`, judged: what becomes of them is what the module's `Core.open` takes.
//
// SERVER is a constant of the build: browsers get one without what signs with the app secret, which they refuse.

import { isBrowser } from "../../src/js/values.js";
import { checkOptions, flag, limits, property, text, textOption, wrong } from "./arguments.js";
import { asking } from "./drive.js";
import { badInput, optionError, siteError } from "./errors.js";

/** Stream's client takes the application's number as text or as a number. */
const appNumber = (value) => (Number.isInteger(value) && value >= 0 ? String(value) : text(value, "appId"));

function variable(name) {
  if (!SERVER) return undefined;
  try {
    return globalThis.process?.env?.[name] || undefined;
  } catch {
    return undefined; // Deno, without the permission
  }
}

/** `https://KEY:SECRET@HOST/?app_id=N`; the first label of the host is the region, unless it is the service's own. */
function streamUrl(url) {
  const [, key, secret, label, query] = /^https:\/\/([^:@/]+):([^@/]+)@([\w-]*)[^?]*\?(.*)$/.exec(url ?? "") ?? [];
  const appId = /(?:^|&)app_id=([^&]+)/.exec(query)?.[1];
  if (!appId) return undefined;
  const location = ["", "api", "getstream", "stream-io-api"].includes(label) ? undefined : label.replace(/-api$/, "");
  return { key, secret, appId, location };
}

/** The API root, with its final slash: the first place that is named, or the location's, or the service's own. */
function baseUrl(options, location) {
  const places = [
    ["baseUrl", textOption(options, "baseUrl")],
    ["urlOverride.api", text(property(property(options, "urlOverride"), "api"), "option urlOverride.api")],
    ["environment variable STREAM_BASE_URL", variable("STREAM_BASE_URL")],
    ["local", flag(options, "local") || variable("LOCAL") ? "http://localhost:8000/api/" : undefined],
  ];
  const protocol = textOption(options, "protocol") ?? "https";
  const [name, url] = places.find(([, url]) => url !== undefined) ?? [];
  if (name) return checkedUrl(name, url);
  if (location === undefined) return "https://api.stream-io-api.com/api/";
  if (!/^[a-z\d-]+$/i.test(location)) throw optionError("option location must be a region label of letters, digits and -");
  if (!/^https?$/.test(protocol)) throw optionError("option protocol must be http or https");
  return checkedUrl("protocol", `${protocol}://${location}-api.stream-io-api.com/api/`);
}

export function checkedUrl(name, url) {
  const rule = brokenRule(url);
  if (rule) throw optionError(`${name} must ${rule}`);
  return url.endsWith("/") ? url : `${url}/`;
}

// "Bad port" of the Fetch standard: those of other protocols, which no fetch connects to.
const BLOCKED_PORT = new RegExp(
  "^([0179]|1[13579]|2[01235]|37|4[23]|53|69|7[79]|87|95|10[1-4]|109|11[01357]|119|123|13[579]|143|161|179|389|427|465|" +
    "51[2-5]|526|53[0-2]|540|548|55[46]|563|587|601|636|989|99[035]|17(19|20|23)|2049|3659|4045|4190|506[01]|6000|6566|" +
    "666[5-9]|6679|6697|10080)$",
);

function brokenRule(url) {
  if (!/^https?:\/\//.test(url)) return "be an absolute URL that starts with https:// or http://";
  if (/[\0- ?#@\\]/.test(url)) return "be a URL without credentials, query, fragment or spaces";
  try {
    const { protocol, hostname, port } = new URL(url);
    if (BLOCKED_PORT.test(port)) return `not name port ${port}, which fetch refuses`;
    // A URL writes every form of an IPv4 address as four numbers.
    const isLoopback = /^(127\.[\d.]+|\[::1\]|(.+\.)?localhost)$/.test(hostname);
    return protocol === "https:" || isLoopback ? undefined : "start with https:// unless its host is this machine";
  } catch {
    return "be an absolute URL";
  }
}

function encoded(name, value) {
  try {
    return encodeURIComponent(value);
  } catch {
    throw optionError(`${name} must not hold half of a surrogate pair`);
  }
}

/** The secret, the token, or what asks the provider. */
function credentials(value, options) {
  switch (typeof value) {
    case "undefined": return {};
    // The rule of Stream's clients: a token has a dot, a secret has none.
    case "string": return value.includes(".") ? { token: value } : { secret: checkedSecret(value, options) };
    case "function": return { ask: asking(value) };
    default: throw wrong("secretOrToken", "a string, a function or null", value);
  }
}

function checkedSecret(secret, options) {
  if (secret === "") {
    throw badInput("invalid_token", "the token is empty", "connect once the token has been loaded, or pass null to be anonymous");
  }
  if (flag(options, "browser") ?? (!SERVER || isBrowser())) {
    throw badInput(
      "secret_in_browser",
      "the app secret was given to a browser, where everybody can read it",
      "make a user token on your server and connect with that",
    );
  }
  if (!SERVER) {
    throw siteError("wrong_side", "the app secret was given to the build for browsers, which does not sign", "import user-handle/server");
  }
  return secret;
}

/** What a client shows, and the arguments of `Core.open`, from those of `connect` and the variables of the process. */
export function connectArguments(apiKey, secretOrToken, appId, options) {
  checkOptions(options);
  const given = text(apiKey, "apiKey");
  const url = given || !SERVER ? undefined : streamUrl(variable("STREAM_URL"));
  const key = given || url?.key;
  if (!key) throw badInput("invalid_option", "the API key is missing", "pass it to connect, or set STREAM_URL");
  const fetch = property(options, "fetch");
  if (fetch !== undefined && typeof fetch !== "function") throw wrong("option fetch", "a function", fetch);
  const bounds = limits(options);
  const { secret, token, ask } = credentials(secretOrToken ?? url?.secret, options);
  const location = textOption(options, "location") || url?.location;
  const root = baseUrl(options, location);
  const version = textOption(options, "version") ?? "v1.0";
  if (!/^(?!\.\.?$)[\w.-]+$/.test(version)) throw optionError("option version must be one path segment, such as v1.0");
  const group = textOption(options, "group") ?? "unspecified";
  return {
    shown: {
      apiKey: key,
      appId: appNumber(appId) ?? url?.appId,
      baseUrl: root,
      version,
      group,
      location,
      usingApiSecret: secret !== undefined,
      expireTokens: flag(options, "expireTokens") === true,
    },
    secret,
    // As options.rs has it.
    gather: SERVER && flag(options, "gather") === true,
    deadline: bounds[1] ?? 30_000,
    opening: [
      `${root}${version}/`,
      `?api_key=${encoded("apiKey", key)}&location=${encoded("option group", group)}`,
      token,
      secret === undefined,
      ask,
      fetch,
      ...bounds,
    ],
  };
}
