// A horizontal bar chart as SVG: a bar for the median, a line from quartile to quartile, and a dashed line where there is a rule.

const WIDTH = 800, LABEL = 340, RIGHT = 84, BAR = 16, STEP = 28, TOP = 48, BOTTOM = 14;

// Where a page shows the file as a picture, it is the reader's own choice of light or dark that decides.
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .note { fill: #59636e; font-size: 12px }
  .bar { fill: #0969da } .peer { fill: #8c959f } .spread, .rule { stroke: #59636e }
  .spread { stroke-width: 1.5 } .rule { stroke-dasharray: 3 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note { fill: #9198a1 }
    .bar { fill: #4493f8 } .peer { fill: #6e7681 } .spread, .rule { stroke: #9198a1 }
  }`;

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export const short = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/**
 * `bars` are `{ label, value, low, high, isPeer }`; `low` and `high` may be missing. `rule`, if there is one, is where
 * the dashed line stands, and the chart is as wide as the largest of all of them.
 */
export function chart({ title, note, bars, rule }) {
  const most = Math.max(rule ?? 0, ...bars.flatMap(({ value, high }) => [value, high ?? 0])) * 1.02;
  const x = (value) => (LABEL + ((WIDTH - LABEL - RIGHT) * value) / most).toFixed(1);
  const height = TOP + bars.length * STEP + BOTTOM;
  const rows = bars.map(({ label, value, low, high, isPeer }, row) => {
    const y = TOP + row * STEP;
    const middle = y + BAR / 2;
    const spread = low === undefined ? "" : `<path class="spread" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 4}v8M${x(high)} ${middle - 4}v8"/>`;
    return [
      `<text x="${LABEL - 10}" y="${middle + 4.5}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${isPeer ? "peer" : "bar"}" x="${LABEL}" y="${y}" width="${(x(value) - LABEL).toFixed(1)}" height="${BAR}" rx="2"/>`,
      `${spread}<text x="${Number(x(Math.max(value, high ?? 0))) + 8}" y="${middle + 4.5}">${short(value)}</text>`,
    ].join("\n");
  });
  const line = rule === undefined ? [] : [`<path class="rule" d="M${x(rule)} ${TOP - 6}V${height - 6}"/>`];
  const read = bars.map(({ label, value }) => `${label}: ${short(value)}`).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(`${title}. ${read}`)}">
<style>${STYLE}
</style>
<text class="title" x="10" y="20">${escaped(title)}</text>
<text class="note" x="10" y="37">${escaped(note)}</text>
${[...line, ...rows].join("\n")}
</svg>
`;
}
