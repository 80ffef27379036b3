// A small chart of lines by step, for cards: errors, coverage.

import uPlot from "uplot";
import { make, swatch } from "../dom";
import { color, onThemeChange } from "./colors";

export interface StepLine {
  name: string;
  values: number[];
  color: () => string;
  dash?: number[];
  /** Left out of the legend. */
  unnamed?: boolean;
  width?: number;
}

/** A figure with a legend; redrawn when its width or the theme changes. */
export function stepChart(title: string, lines: StepLine[], yName: string): HTMLElement {
  const place = make("div", { className: "step-chart" });
  const legend = make("ul", { className: "legend" });
  const figure = make("figure", {}, make("figcaption", {}, title), place, legend);
  const named = lines.filter((line) => line.unnamed !== true);
  let plot: uPlot | undefined;
  const draw = (): void => {
    plot?.destroy();
    legend.replaceChildren(...named.map((line) => make("li", {}, swatch(line.color()), line.name)));
    const axis: uPlot.Axis = {
      stroke: color("muted"),
      grid: { stroke: color("grid"), width: 1 },
      ticks: { stroke: color("grid"), width: 1, size: 4 },
      font: '11px system-ui, "Segoe UI", sans-serif',
    };
    const options: uPlot.Options = {
      width: Math.max(180, place.clientWidth),
      height: 210,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false } },
      axes: [
        { ...axis, space: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 500, 1000], label: "steps ahead", labelSize: 18, size: 30 },
        { ...axis, size: 54, label: yName, labelSize: 18 },
      ],
      padding: [8, 10, 0, 0],
      series: [
        {},
        ...lines.map((line) => ({
          stroke: line.color(),
          width: line.width ?? 1.5,
          points: { show: false },
          ...(line.dash === undefined ? {} : { dash: line.dash }),
        })),
      ],
    };
    const steps = Array.from({ length: Math.max(...lines.map((line) => line.values.length)) }, (_, index) => index + 1);
    plot = new uPlot(options, [steps, ...lines.map((line) => line.values)], place);
    plot.root.setAttribute("aria-hidden", "true");
  };
  let width = 0;
  new ResizeObserver(() => {
    if (place.clientWidth !== width && place.clientWidth > 0) {
      width = place.clientWidth;
      draw();
    }
  }).observe(place);
  onThemeChange(() => {
    if (width > 0 && figure.isConnected) draw();
  });
  return figure;
}
