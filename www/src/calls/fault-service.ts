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
  return answer(await fetch(`/_faults?spec=rate=${rate},kinds=${kinds.join(",")}`, { method: "PUT" }));
}

async function answer(response: Response): Promise<Faults> {
  const body = (await response.json()) as Faults & { detail?: string };
  if (!response.ok) throw new Error(body.detail ?? `the server answered ${response.status}`);
  return body;
}
