// What a process has used until now, as Linux says it.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const read = (pid, file) => readFileSync(`/proc/${pid}/${file}`, "utf8");
const megabytes = (pid, name) => Math.floor(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(read(pid, "status"))[1]) / 1_024);

/** Its CPU time in seconds, and its memory in megabytes. */
export function usage(pid) {
  // The name of the program, in brackets, may have spaces.
  const fields = read(pid, "stat").split(") ").at(-1).split(" ");
  const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  return { cpu: (Number(fields[11]) + Number(fields[12])) / ticks, memory: megabytes(pid, "VmRSS") };
}

/** The most memory that it ever had, in megabytes. */
export const most = (pid) => megabytes(pid, "VmHWM");
