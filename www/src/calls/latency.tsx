// How long answers took, over time: a chart, and the same in words.

import { useEffect, useRef, useState } from "preact/hooks";

import { duration } from "../text";
import { points, type Point } from "./log";

type Chart = import("./chart").Chart;

export function Latency() {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(undefined);
  const [isDrawn, setDrawn] = useState(true);

  useEffect(() => {
    let gone = false;
    void import("./chart")
      .then(({ drawChart }) => {
        if (!gone && place.current) chart.current = drawChart(place.current, points.peek());
      })
      // The server may be gone; and uPlot needs a language that `Intl` knows, of which WebKitGTK in the locale C has none. The
      // words above stay.
      .catch(() => setDrawn(false));
    return () => {
      gone = true;
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => chart.current?.show(points.value), [points.value]);

  return (
    <figure class="latency">
      <figcaption>{inWords(points.value)}</figcaption>
      {isDrawn && <div ref={place} aria-hidden="true" />}
    </figure>
  );
}

function inWords(shown: readonly Point[]): string {
  const sorted = shown.map(({ ms }) => ms).sort((one, other) => one - other);
  const at = (share: number) => duration(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return `Median ${at(0.5)}, 95 % within ${at(0.95)}`;
}
