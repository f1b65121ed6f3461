// Users inside activities: handles go out as references, and references come back as users.
import { connect } from "user-handle";

const baseUrl = process.env.USER_HANDLE_URL ?? "http://localhost:8000/api/";
const client = connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl });
const ada = await client.user("ada").getOrCreate({ name: "Ada" });

const activity = { actor: ada, verb: "write", object: "note:1", to: [{ for: client.user("nobody-yet") }] };
const sent = client.references(activity);
console.log(sent); // { actor: 'SU:ada', verb: 'write', object: 'note:1', to: [ { for: 'SU:nobody-yet' } ] }

const [seen] = await client.enrich([sent]);
console.log(seen.actor.data, seen.to[0].for.error); // { name: 'Ada' } ReferenceNotFound
