"use server";

import { revalidatePath } from "next/cache";
import { isUserHandleError } from "user-handle";
import { signedIn } from "../lib/session";
import { users } from "../lib/users";

/** Saves the name of whoever is signed in, and gives what went wrong, for the form to show. */
export async function rename(_before: string, form: FormData): Promise<string> {
  const id = await signedIn();
  if (!id) return "Sign in first.";
  try {
    const user = await users().user(id).get();
    await user.update({ ...user.data, name: String(form.get("name")) });
  } catch (error) {
    if (!isUserHandleError(error)) throw error;
    return error.message;
  }
  revalidatePath("/");
  return "";
}
