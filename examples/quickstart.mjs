// All five operations on one user, then the same handle for Klaim, against the stand-in server: `cargo xtask demo`
// starts it and runs this.
import { connect, isUserHandleError } from "user-handle";
import { connect as connectKlaim } from "user-handle/klaim";

const baseUrl = process.env.USER_HANDLE_URL ?? "http://localhost:8000/api/";
const client = connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl });

async function show(call, answer) {
  console.log(`\n> ${call}`);
  try {
    console.log(await answer());
  } catch (error) {
    if (!isUserHandleError(error)) throw error;
    console.log(`${error.name} ${error.code}: ${error.message}`);
  }
}

const ada = client.user("ada");
await show(`ada.getOrCreate({ name: "Ada" })`, async () => (await ada.getOrCreate({ name: "Ada" })).full);
await show(`ada.create({ name: "Ada" })`, async () => (await ada.create({ name: "Ada" })).full);
await show(`ada.update({ name: "Ada Lovelace", born: 1815 })`, async () =>
  (await ada.update({ name: "Ada Lovelace", born: 1815 })).full);
await show(`ada.get()`, async () => (await ada.get()).full);
await show(`ada.update({ born: NaN })`, () => ada.update({ born: NaN }));
await show(`ada.delete()`, () => ada.delete());
await show(`ada.create({ name: "Ada" })`, async () => (await ada.create({ name: "Ada" })).full);
await show(`ada.delete()`, () => ada.delete());
await show(`ada.get()`, () => ada.get());

// Klaim. It deletes nobody, so each run has a user of its own.
const klaim = connectKlaim("demo-klaim-key", { baseUrl: process.env.USER_HANDLE_KLAIM_URL ?? "http://localhost:8000/klaim/" });
const eve = klaim.user(`eve/${Date.now()}`);
const email = `${Date.now()}@example.com`;
await show(`eve.create({ email: "eve" })`, () => eve.create({ email: "eve" }));
await show(`eve.getOrCreate({ email, metadata: { plan: "free" } })`, async () =>
  (await eve.getOrCreate({ email, metadata: { plan: "free" } })).full);
await show(`klaim.users.add({ email })`, () => klaim.users.add({ email }));
await eve.update({ metadata: { plan: "pro" } });
for await (const { user_id, metadata, credit_balance } of klaim.users.list()) console.log(user_id, metadata, credit_balance);
