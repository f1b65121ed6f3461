// What was just done, as a program. Keys that are public are in it, secrets and tokens never: they are read from where a
// program keeps them.

import type { Session } from "../service/types";
import type { Action } from "../state";
import { importing } from "./importing";
import { quoted, visible } from "./quoted";
import { rust } from "./rust";

export const LANGUAGES = ["JavaScript", "TypeScript", "Rust"] as const;
export type Language = (typeof LANGUAGES)[number];

export function codeFor(language: Language, session: Session, action: Action): string {
  return language === "Rust" ? rust(session, action) : script(session, action, language === "TypeScript");
}

/** A value over several lines, each but the first this far in. */
export function value(value: unknown, indent = ""): string {
  return visible(JSON.stringify(value, null, 2) ?? "{}").replaceAll("\n", `\n${indent}`);
}

function script(session: Session, action: Action, isTyped: boolean): string {
  if (action.verb === "deleteUsers") return `${streamHead(session, "", "")}await client.deleteUsers(${value(action.value)});\n`;
  const typed = isTyped && action.value !== undefined;
  const shape = typed ? `\n${declaration(session, action.value)}\n` : "";
  const parameter = typed ? "<Profile>" : "";
  if (action.verb === "import") return importing(streamHead(session, "", ""), action, isTyped);
  const head = session.service === "Klaim" ? klaimHead(session, isTyped, parameter, shape) : streamHead(session, parameter, shape);
  const given = action.value === undefined ? "" : value(action.value);
  const call = `await client.user(${quoted(action.id)}).${action.verb}(${given});`;
  switch (action.verb) {
    case "delete":
      return `${head}${call}\n`;
    case "creditBalance":
      return `${head}console.log(${call.slice(0, -1)});\n`;
    default:
      return `${head}const user = ${call}\nconsole.log(user.full);\n`;
  }
}

function streamHead({ root, key, usesSecret }: Session, parameter: string, shape: string): string {
  // A program with the secret runs on a server; one with a token may run anywhere, and asks for it.
  const [name, credential] = usesSecret
    ? ["secret", "process.env.STREAM_SECRET"]
    : ["token", '() => fetch("/token").then((answer) => answer.text())'];
  return `import { connect } from "user-handle";
${shape}
const ${name} = ${credential};
const client = connect${parameter}(${quoted(key)}, ${name}, undefined, {
  baseUrl: ${quoted(root)},
});
`;
}

function klaimHead({ root }: Session, isTyped: boolean, parameter: string, shape: string): string {
  const environment = isTyped ? "process.env.KLAIM_KEY ?? \"\"" : "process.env.KLAIM_KEY";
  return `import { connect } from "user-handle/klaim";
${shape}
const client = connect${parameter}(${environment}, { baseUrl: ${quoted(root)} });
`;
}

/** The data of this user as a type: a start, not the truth about all others. */
function declaration({ service }: Session, data: unknown): string {
  const shape = service === "Klaim" ? ((data as { metadata?: unknown }).metadata ?? {}) : data;
  // A type and not an interface, whose members nobody can list: it goes where `Record<string, unknown>` is asked for.
  return `type Profile = ${typeOf(shape, "")};`;
}

function typeOf(data: unknown, indent: string): string {
  if (data === null) return "null";
  if (Array.isArray(data)) {
    const kinds = [...new Set(data.map((each) => typeOf(each, indent)))];
    return kinds.length === 1 ? `Array<${kinds[0]}>` : "unknown[]";
  }
  if (typeof data !== "object") return typeof data;
  const members = Object.entries(data).map(([name, each]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
    return `${indent}  ${key}: ${typeOf(each, `${indent}  `)};\n`;
  });
  return members.length === 0 ? "Record<string, unknown>" : `{\n${members.join("")}${indent}}`;
}
