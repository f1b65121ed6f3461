// What every environment runs. `api` is the package; `given` is a query string of `baseUrl`, `key`, `credential` and `id`.

/** All five operations, a refusal and a conflict; tells `ok`, or what went wrong. */
export async function run(api, given) {
  try {
    await operations(api, Object.fromEntries(new URLSearchParams(given)));
    return "ok";
  } catch (error) {
    return `${error.stack}\nhint: ${error.hint}\ncause: ${error.cause}`;
  }
}

async function operations(api, { baseUrl, key, credential, id }) {
  const client = api.connect(key, credential, undefined, { baseUrl });
  const user = client.user(id);
  await user.delete().catch(expect("not_found")); // A page may be loaded twice.

  equal(await user.create({ name: "Ada", tags: ["é", "😀"] }), user);
  equal(JSON.stringify(user.data), '{"name":"Ada","tags":["é","😀"]}');
  const conflict = await failure(() => client.user(id).create());
  equal(`${conflict.name} ${conflict.code} ${conflict.status}`, "StreamApiError conflict 409");
  equal(conflict instanceof api.StreamApiError, true);

  equal((await client.user(id).getOrCreate({ name: "Eve" })).data.name, "Ada");
  equal((await client.user(id).get()).full.id, id);
  equal((await user.update({ born: 1815 })).data.born, 1815);
  equal(typeof (await user.delete()).duration, "string");

  const refusal = await failure(() => client.user("../x"));
  equal(refusal.message, 'id may only hold letters, digits, - and _, but has "." at position 0');
  equal(`${refusal.name} ${refusal.code} ${refusal.path}`, "ValidationError invalid_id id");
  equal(refusal instanceof api.ValidationError && api.isUserHandleError(refusal), true);
}

const expect = (code) => (error) => {
  if (error.code !== code) throw error;
};

async function failure(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("this was accepted");
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`${JSON.stringify(actual)} should be ${JSON.stringify(expected)}`);
}
