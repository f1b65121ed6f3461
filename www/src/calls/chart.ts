// The chart itself, in a file of its own: its library is fetched when there is something to show.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { duration } from "../text";
import type { Point } from "./log";

const HEIGHT = 132;

export interface Chart {
  show(points: readonly Point[]): void;
  destroy(): void;
}

export function drawChart(place: HTMLElement, first: readonly Point[]): Chart {
  let shown = first;
  let plot: uPlot | undefined;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function draw() {
    plot?.destroy();
    const color = (name: string) => getComputedStyle(place).getPropertyValue(name);
    const dots = (label: string, stroke: string): uPlot.Series => ({
      label, stroke, fill: stroke, paths: () => null, points: { show: true, size: 6, width: 0, fill: stroke },
    });
    const axis = {
      stroke: color("--quiet"),
      grid: { stroke: color("--line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
      size: 24,
    };
    plot = new uPlot(
      {
        width: place.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { distr: 3, range: (_, low, high) => [roundDown(Math.max(0.1, low / 2)), high * 2] } },
        series: [{}, dots("answered", color("--accent")), dots("failed", color("--bad"))],
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
          {
            ...axis,
            size: 56,
            grid: { ...axis.grid, filter: roundOnes },
            filter: roundOnes,
            values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : duration(tick))),
          },
        ],
      },
      columns(shown),
      place,
    );
  }

  const resized = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: HEIGHT }));
  draw();
  resized.observe(place);
  dark.addEventListener("change", draw);
  return {
    show(points) {
      shown = points;
      plot?.setData(columns(points));
    },
    destroy() {
      resized.disconnect();
      dark.removeEventListener("change", draw);
      plot?.destroy();
    },
  };
}

/** To 1, 2 or 5 and zeros: uPlot counts its ticks from where a logarithmic axis begins. */
function roundDown(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms));
  return power * ([5, 2].find((digit) => digit * power <= ms) ?? 1);
}

/** A logarithmic axis has no zero. */
const above = (ms: number) => Math.max(0.1, ms);

/** Of a logarithmic axis the others are too many. */
const roundOnes = (_: uPlot, ticks: number[]): (number | null)[] => {
  const decades = Math.log10((ticks.at(-1) ?? 1) / (ticks[0] ?? 1));
  const wanted = decades > 2 ? ["1"] : ["1", "2", "5"];
  return ticks.map((tick) => (wanted.includes(tick.toExponential().charAt(0)) ? tick : null));
};

function columns(points: readonly Point[]): uPlot.AlignedData {
  return [
    points.map(({ at }) => at),
    points.map(({ ms, ok }) => (ok ? above(ms) : null)),
    points.map(({ ms, ok }) => (ok ? null : above(ms))),
  ];
}
