/** The id of the user who is signed in: read your own session here. In this example everybody is the same one. */
export async function signedIn(): Promise<string | undefined> {
  return process.env.SIGNED_IN;
}
