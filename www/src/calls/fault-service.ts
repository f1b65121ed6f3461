// The stand-in server's switch, where it has one: `/_faults`.

import { isLocalPage } from "../service/loopback";

export interface Faults {
  rate: number;
  kinds: string[];
}

/** What is switched on; undefined where the server has no switch, as any but the demo's. */
export async function readFaults(): Promise<Faults | undefined> {
  if (!isLocalPage) return undefined;
  try {
    return await answer(await fetch("/_faults"));
  } catch {
    return undefined;
  }
}

export async function switchFaults({ rate, kinds }: Faults): Promise<Faults> {
  // With a seed of its own: from the same one, each switch would begin with the same few requests that fail.
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  return answer(await fetch(`/_faults?spec=seed=${seed},rate=${rate},kinds=${kinds.join(",")}`, { method: "PUT" }));
}

async function answer(response: Response): Promise<Faults> {
  const body = (await response.json()) as Faults & { detail?: string };
  if (!response.ok) throw new Error(body.detail ?? `the server answered ${response.status}`);
  return body;
}
