// All five operations on one user, against the stand-in server: `cargo xtask demo` starts it and runs this.
import { connect, isUserHandleError } from "user-handle";

const baseUrl = process.env.USER_HANDLE_URL ?? "http://localhost:8000/api/";
const client = connect("demo-key", "demo-secret", undefined, { baseUrl });

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
