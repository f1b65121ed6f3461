// What was just done, in Rust.

import type { Session } from "../service/types";
import type { Action } from "../state";
import { quoted } from "./quoted";

const METHODS: Record<Action["verb"], string> = {
  create: "create",
  getOrCreate: "get_or_create",
  get: "get",
  profile: "profile",
  update: "update",
  delete: "delete",
  creditBalance: "credit_balance",
  import: "add_many",
  deleteUsers: "delete_many",
};

/** The first line: elsewhere there is no `fetch` to call, and the compiler says so. */
const TARGET = "// For the target wasm32-unknown-unknown, as in a page.";

export function rust(session: Session, action: Action): string {
  return session.service === "Klaim" ? klaim(session, action) : stream(session, action);
}

function stream({ root, key, usesSecret }: Session, action: Action): string {
  const credential = usesSecret ? "secret" : "token";
  const uses = action.verb === "import" ? "use user_handle::{Client, Error, NewUser};" : "use user_handle::{Client, Error};";
  const body = action.verb === "import" ? batches(action) : action.verb === "deleteUsers" ? deletion(action) : call(action, action.value === undefined ? "" : `&${literal(action.value)}`, false);
  const json = action.value === undefined || action.verb === "deleteUsers" ? "use serde_json::Value;\n" : "use serde_json::json;\n";
  const imports = action.verb === "delete" || action.verb === "deleteUsers" ? uses : `${json}${uses}`;
  const parameters = action.verb === "import" ? `${credential}: &str, users: &[NewUser<Value>]` : `${credential}: &str`;
  return `${TARGET}
${imports}

async fn run(${parameters}) -> Result<(), Error> {
    let client = Client::builder(${quoted(key)})
        .${credential}(${credential})
        .base_url(${quoted(root)})
        .build()?;
${body}
    Ok(())
}
`;
}

function klaim({ root }: Session, action: Action): string {
  const kind = action.verb === "update" ? "KlaimChanges" : "NewKlaimUser";
  const given = action.value === undefined ? "" : fields(kind, action.value as Record<string, unknown>);
  const uses = `use user_handle::{${["Error", "KlaimClient", ...(given ? [kind] : [])].sort().join(", ")}};`;
  const json = action.verb === "creditBalance" ? "" : `use serde_json::${given.includes("json!") ? "{Value, json}" : "Value"};\n`;
  return `${TARGET}
${json}${uses}

async fn run(key: &str) -> Result<(), Error> {
    let client = KlaimClient::builder(key).base_url(${quoted(root)}).build()?;
${call(action, given, given !== "")}
    Ok(())
}
`;
}

/** Where nothing else says what the data is, the call does. */
function call({ verb, id }: Action, given: string, isOpen: boolean): string {
  const type = isOpen || verb === "get" || verb === "profile" ? "::<Value>" : "";
  const made = `client.user(${text(id)})?.${METHODS[verb]}${type}(${given}).await?;`;
  switch (verb) {
    case "delete":
      return `    ${made}`;
    case "creditBalance":
      return `    let credits = ${made}\n    println!("{credits}");`;
    default:
      return `    let user = ${made}\n    println!("{user:?}");`;
  }
}

function batches({ id, read }: Action): string {
  return `    // ${id.replaceAll(/[\r\n]/g, " ")}, 1 000 users in each request.
    for batch in users.chunks(1_000) {
        client.users().add_many(batch, ${read?.override === true}).await?;
    }`;
}

const deletion = ({ value }: Action): string =>
  `    let ids = [${(value as string[]).map((id) => `${text(id)}.to_owned()`).join(", ")}];\n    client.users().delete_many(&ids).await?;`;

function fields(kind: string, given: Record<string, unknown>): string {
  const owned = (name: string, each: unknown) =>
    name === "metadata" ? `Some(${literal(each)})` : name === "email" && kind === "NewKlaimUser" ? `${text(String(each))}.into()` : `Some(${text(String(each))}.into())`;
  const members = Object.entries(given)
    .filter(([name, each]) => each !== undefined && ["email", "name", "metadata", "user_id"].includes(name))
    .map(([name, each]) => `\n        ${name}: ${owned(name, each)},`);
  const rest = kind === "KlaimChanges" ? "..KlaimChanges::default()" : '..NewKlaimUser::new("")';
  return `${kind} {${members.join("")}\n        ${rest}\n    }`;
}

/** serde_json's macro takes JSON as it is, but for strings: Rust's have other escapes. */
function literal(each: unknown): string {
  const json = JSON.stringify(each, null, 2).replaceAll("\n", "\n    ").replaceAll(/"(?:[^"\\]|\\.)*"/g, (string) => text(JSON.parse(string) as string));
  return `json!(${json})`;
}

/** A string as Rust writes it. */
export function text(each: string): string {
  const escaped = each.replaceAll(/[\\"\p{Cc}\p{Cf}]/gu, (found) => {
    if (found === "\\" || found === '"') return `\\${found}`;
    return found === "\n" ? "\\n" : `\\u{${found.codePointAt(0)?.toString(16)}}`;
  });
  return `"${escaped}"`;
}
