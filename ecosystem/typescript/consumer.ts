// Compiled as an ES module and as CommonJS, never run.
import { Client, StreamApiError, User, ValidationError, connect, isUserHandleError } from "user-handle";
import type { ErrorCode, UserRecord } from "user-handle";
import { KlaimError, connect as connectKlaim } from "user-handle/klaim";
import type { KlaimErrorCode } from "user-handle/klaim";

type Profile = { name: string; born?: number };

export async function operations(): Promise<ErrorCode | undefined> {
  const client: Client<Profile> = connect<Profile>("key", "secret", undefined, { retries: 1 });
  const ada: User<Profile> = await client.user("ada").create({ name: "Ada" });
  await ada.getOrCreate({ name: "Ada" });
  const born: number | undefined = (await ada.get()).data?.born;
  await ada.update({ name: "Ada", born: 1815 });
  const full: UserRecord<Profile> | undefined = ada.full;
  const duration: string = (await ada.delete()).duration;
  const names: string[] = (await client.getUsers(["ada"])).users.map((user) => user.data.name);
  // @ts-expect-error a name is text
  await ada.create({ name: 7 });
  // @ts-expect-error an id is text
  client.user(7);
  try {
    await client.addUsers([{ id: "a", data: { name: "A" } }, ada]);
  } catch (error) {
    if (error instanceof StreamApiError) return error.status === 409 ? error.code : undefined;
    if (error instanceof ValidationError) console.log(error.path, born, full, duration, names);
    if (isUserHandleError(error)) return error.code;
  }
  return undefined;
}

export async function klaim(): Promise<KlaimErrorCode | undefined> {
  const client = connectKlaim<Profile>("key", { baseUrl: "https://example.com/" });
  const name: string | undefined = (await client.user("a/b").getOrCreate({ email: "a@b.c", metadata: { name: "A" } })).data?.name;
  for await (const { credit_balance } of client.users.list()) console.log(credit_balance.toFixed(), name);
  try {
    // @ts-expect-error the service deletes nobody
    await client.user("a").delete();
  } catch (error) {
    if (error instanceof KlaimError) return error.code;
  }
  return undefined;
}
