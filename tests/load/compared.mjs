// Two builds of the server, measured in turns: whatever else the machine does falls on both.

const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];

/** `work` measures one of them, once in each round; gives tables of medians. */
export async function compared({ server, other, rounds, work }) {
  const turns = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    // The first of a round is not always the same.
    const order = [["ours", server], ["theirs", other]];
    if (round % 2) order.reverse();
    for (const [whose, one] of order) {
      console.log(`load: round ${round + 1} of ${rounds}, ${whose === "ours" ? "this build" : "the other"}`);
      turns[whose].push(await work(one));
    }
  }
  /** The medians of both, and how many times the other's this one's is. */
  const cell = (read, digits) => {
    const [ours, theirs] = [turns.ours, turns.theirs].map((all) => median(all.map(read)));
    return `${ours.toFixed(digits)} / ${theirs.toFixed(digits)} (${(ours / theirs).toFixed(2)})`;
  };
  const rows = turns.ours[0].rows.map(({ name }, at) => {
    const of = (what, digits) => cell(({ rows: all }) => all[at][what], digits);
    const failed = [turns.ours, turns.theirs].map((all) => all.reduce((sum, turn) => sum + turn.rows[at].failed, 0)).join(" / ");
    return `| ${name} | ${of("perSecond", 0)} | ${of("cpu", 0)} | ${of("p50", 2)} | ${of("p99", 2)} | ${failed} | ${of("memory", 0)} |`;
  });
  const burst = (what, digits) => cell((turn) => turn.burst[what], digits);
  return [
    `Medians of ${rounds} rounds in turns, this build / the other (ratio).`, "",
    "| requests | per second | CPU per request, µs | p50, ms | p99, ms | failed | memory, MB |", "|---|---|---|---|---|---|---|", ...rows, "",
    "| connections at once: opened in, s | a GET on one more, ms | then answered on | memory, MB | the most memory ever, MB |", "|---|---|---|---|---|",
    `| ${burst("opened", 2)} | ${burst("one", 1)} | ${burst("answered", 0)} | ${burst("memory", 0)} | ${cell(({ most }) => most, 0)} |`,
  ].join("\n");
}
