// Moves the users of an app at Klaim from one plan to another: every page of the list, some updates at a time, and a call that
// fails does not end the others.
import { connect, isUserHandleError } from "user-handle/klaim";

const { KLAIM_KEY = "demo-klaim-key", USER_HANDLE_KLAIM_URL = "http://localhost:8000/klaim/" } = process.env;
const client = connect(KLAIM_KEY, { baseUrl: USER_HANDLE_KLAIM_URL, retries: 5 });

for (const name of ["ada", "eve", "bob"]) {
  await client.user(`${name}@example.com`).getOrCreate({ email: `${name}@example.com`, metadata: { plan: "beta" } });
}

const moved = [];
const move = async ({ user_id, metadata }) => {
  try {
    await client.user(user_id).update({ metadata: { ...metadata, plan: "pro" } });
    moved.push(user_id);
  } catch (error) {
    if (!isUserHandleError(error)) throw error;
    console.log(`${user_id}: ${error.code}, ${error.message}`);
  }
};

const running = new Set();
for await (const user of client.users.list()) {
  if (user.metadata?.plan !== "beta") continue;
  const moving = move(user).finally(() => running.delete(moving));
  running.add(moving);
  if (running.size >= 4) await Promise.race(running);
}
await Promise.all(running);
console.log(`moved ${moved.sort().join(", ")}`);
