// Other versions' forecasts of the same window, beside the chosen one's, in a table.

import type { Forecast } from "../data/forecast";
import { shown } from "../data/numbers";
import { byId, make, swatch } from "../dom";
import { color, otherColor } from "../chart/colors";

export interface Compared {
  name: string;
  forecast: Forecast | undefined;
  /** Why there is none. */
  problem?: string;
}

export function showComparison(chosen: string, main: Forecast | undefined, others: Compared[]): void {
  byId("comparison", HTMLElement).hidden = others.length === 0;
  if (others.length === 0) return;
  const head = ["", "first step", "last step", `mean difference from ${chosen}`];
  const table = byId("comparison-table", HTMLTableElement);
  let lines = 0;
  table.replaceChildren(
    make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
    make(
      "tbody",
      {},
      row(chosen, main, undefined, color("forecast")),
      ...others.map((other) =>
        other.forecast === undefined
          ? make("tr", {}, make("th", { scope: "row" }, other.name), make("td", { className: "wrong", colSpan: 3 }, other.problem ?? ""))
          : row(other.name, other.forecast, main, otherColor(lines++)),
      ),
    ),
  );
}

function row(name: string, forecast: Forecast | undefined, main: Forecast | undefined, hex: string): HTMLElement {
  const values = forecast?.values ?? [];
  const apart = main === undefined ? undefined : meanDifference(values, main.values);
  const cells = [values[0], values[values.length - 1], apart].map((value) =>
    make("td", { className: "number" }, value === undefined ? "" : shown(value)),
  );
  return make("tr", {}, make("th", { scope: "row" }, swatch(hex), ` ${name}`), ...cells);
}

function meanDifference(values: number[], others: number[]): number | undefined {
  const count = Math.min(values.length, others.length);
  if (count === 0) return undefined;
  let sum = 0;
  for (let step = 0; step < count; step++) sum += Math.abs((values[step] ?? 0) - (others[step] ?? 0));
  return sum / count;
}
