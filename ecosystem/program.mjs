// What every environment runs. `api` is the package, `klaim` its second entry where the environment imports that; `given` is a
// query string of `baseUrl`, `key`, `credential`, `id`, `klaimUrl` and `klaimKey`.

/** All five operations, a refusal and a conflict; tells `ok`, or what went wrong. */
export async function run(api, given, klaim) {
  try {
    const all = Object.fromEntries(new URLSearchParams(given));
    await operations(api, all);
    if (klaim) await operationsOfKlaim(klaim, all);
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

/** A user who may be there already, and one who is not. */
async function operationsOfKlaim(klaim, { klaimUrl, klaimKey, id }) {
  const user = klaim.connect(klaimKey, { baseUrl: klaimUrl }).user(`${id}/ü`);
  equal(await user.getOrCreate({ email: `${id}@example.com`, metadata: { name: "Ada" } }), user);
  equal((await user.get()).full.user_id, `${id}/ü`);
  equal(await user.creditBalance(), 0);
  const missing = await failure(() => klaim.connect(klaimKey, { baseUrl: klaimUrl }).user("nobody").get());
  equal(`${missing.name} ${missing.code}`, "KlaimError not_found");
  equal(missing instanceof klaim.KlaimError && klaim.isUserHandleError(missing), true);
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
