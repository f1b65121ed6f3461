// Validates, or only writes, when it is asked to.

import { contestants } from "../support/clients.mjs";
import { answerWith, metered } from "../support/processes.mjs";
import { validate } from "../support/validations.mjs";

const { entry } = JSON.parse(process.argv[2]);
const client = contestants.ours(await import(entry), "http://127.0.0.1:8099");

answerWith({ ready: true }, async (kind) => {
  const { cpu, wall } = await metered(() => validate(client, kind));
  return { cpu: cpu / kind.times, wall: wall / kind.times };
});
