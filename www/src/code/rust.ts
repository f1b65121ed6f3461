// What was just done, in Rust.

import type { Session } from "../service/types";
import type { Deed } from "../state";
import { quoted } from "./quoted";

const METHODS: Record<Deed["verb"], string> = {
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

export function rust(session: Session, deed: Deed): string {
  return session.service === "Klaim" ? klaim(session, deed) : stream(session, deed);
}

function stream({ root, key, usesSecret }: Session, deed: Deed): string {
  const credential = usesSecret ? "secret" : "token";
  const uses = deed.verb === "import" ? "use user_handle::{Client, Error, NewUser};" : "use user_handle::{Client, Error};";
  const body = deed.verb === "import" ? batches(deed) : deed.verb === "deleteUsers" ? deletion(deed) : call(deed, deed.value === undefined ? "" : `&${literal(deed.value)}`, false);
  const json = deed.value === undefined || deed.verb === "deleteUsers" ? "use serde_json::Value;\n" : "use serde_json::json;\n";
  const imports = deed.verb === "delete" || deed.verb === "deleteUsers" ? uses : `${json}${uses}`;
  const parameters = deed.verb === "import" ? `${credential}: &str, users: &[NewUser<Value>]` : `${credential}: &str`;
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

function klaim({ root }: Session, deed: Deed): string {
  const kind = deed.verb === "update" ? "KlaimChanges" : "NewKlaimUser";
  const given = deed.value === undefined ? "" : fields(kind, deed.value as Record<string, unknown>);
  const uses = `use user_handle::{${["Error", "KlaimClient", ...(given ? [kind] : [])].sort().join(", ")}};`;
  const json = deed.verb === "creditBalance" ? "" : `use serde_json::${given.includes("json!") ? "{Value, json}" : "Value"};\n`;
  return `${TARGET}
${json}${uses}

async fn run(key: &str) -> Result<(), Error> {
    let client = KlaimClient::builder(key).base_url(${quoted(root)}).build()?;
${call(deed, given, given !== "")}
    Ok(())
}
`;
}

/** Where nothing else says what the data is, the call does. */
function call({ verb, id }: Deed, given: string, isOpen: boolean): string {
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

function batches({ id, read }: Deed): string {
  return `    // ${id.replaceAll(/[\r\n]/g, " ")}, 1 000 users in each request.
    for batch in users.chunks(1_000) {
        client.users().add_many(batch, ${read?.override === true}).await?;
    }`;
}

const deletion = ({ value }: Deed): string =>
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
