// How uPlot draws a picture: its lines, bands and axes.

import type uPlot from "uplot";
import { color, faded, otherColor } from "./colors";
import type { Picture } from "./picture";

const WHOLE_STEPS = [1, 2, 5, 10, 12, 24, 48, 100, 200, 500, 1000, 2000, 5000, 10_000];

export function seriesOf(picture: Picture): uPlot.Series[] {
  const edge: uPlot.Series = { stroke: faded(color("forecast"), 0.35), width: 1, points: { show: false } };
  return [
    {},
    { stroke: color("history"), width: 1.75, points: { size: 7, fill: color("surface"), stroke: color("history") } },
    { stroke: color("actual"), width: 1.5, dash: [2, 4], points: { show: false } },
    ...picture.bands.flatMap(() => [edge, edge]),
    { stroke: color("forecast"), width: 2.25, points: { show: false } },
    ...picture.others.map((_, index) => ({
      stroke: otherColor(index),
      width: 1.75,
      dash: [7, 4],
      points: { show: false },
    })),
  ];
}

/** Each series' colour. */
export function lineColors(picture: Picture): string[] {
  return seriesOf(picture).map(({ stroke }) => (typeof stroke === "string" ? stroke : ""));
}

export function bandsOf(picture: Picture): uPlot.Band[] {
  return picture.bands.map((_, index) => ({
    series: [3 + 2 * index, 4 + 2 * index],
    fill: faded(color("forecast"), 0.16),
  }));
}

export function axesOf(label: (step: number) => string): uPlot.Axis[] {
  const shared = {
    stroke: color("muted"),
    grid: { stroke: color("grid"), width: 1 },
    ticks: { stroke: color("grid"), width: 1, size: 4 },
    font: '12px system-ui, "Segoe UI", sans-serif',
  };
  return [
    { ...shared, space: 72, incrs: WHOLE_STEPS, size: 46, values: (_, steps) => shortLabels(steps, label) },
    { ...shared, space: 40, size: 64 },
  ];
}

/** Labels in two lines, a time and its date, where the date is told once. */
function shortLabels(steps: number[], label: (step: number) => string): string[] {
  let before = "";
  return steps.map((step) => {
    const [date = "", time] = label(step).split(" ");
    if (time === undefined) return date;
    const text = date === before ? time : `${time}\n${date}`;
    before = date;
    return text;
  });
}
