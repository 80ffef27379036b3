// What the chart shows in words: the legend, the step that is looked at, and what is told to screen readers.

import { color, faded, otherColor } from "../chart/colors";
import { firstStep, type Picture } from "../chart/picture";
import { shown } from "../data/numbers";
import { byId, make, swatch } from "../dom";

/** The names of the lines with their colours. */
export function legendOf(picture: Picture, chosen: string): [name: string, hex: string][] {
  const entries: [string, string][] = [["history", color("history")]];
  if (picture.actual.length > 0) entries.push(["what came", color("actual")]);
  if (picture.forecast.length > 0) entries.push([chosen, color("forecast")]);
  const bands = [...picture.bands].reverse();
  for (const [index, band] of bands.entries()) {
    entries.push([`${band.level} band`, faded(color("forecast"), 0.5 - (0.3 * index) / Math.max(1, bands.length - 1))]);
  }
  for (const [index, other] of picture.others.entries()) entries.push([other.name, otherColor(index)]);
  return entries;
}

export function showLegend(entries: [name: string, hex: string][]): void {
  byId("legend", HTMLElement).replaceChildren(...entries.map(([name, hex]) => make("li", {}, swatch(hex), name)));
}

/** All that is known at a step, in a line. */
export function describe(picture: Picture, step: number): string {
  const parts: string[] = [];
  if (step <= 0) {
    const value = picture.history[step - firstStep(picture)];
    parts.push(value == null ? "missing" : shown(value));
  } else {
    const ahead = step - 1;
    const add = (name: string, value: number | null | undefined): void => {
      if (value != null) parts.push(`${name} ${shown(value)}`);
    };
    add("forecast", picture.forecast[ahead]);
    for (const band of [...picture.bands].reverse()) {
      const [lower, upper] = [band.lower[ahead], band.upper[ahead]];
      if (lower !== undefined && upper !== undefined) parts.push(`${band.level} ${shown(lower)} to ${shown(upper)}`);
    }
    add("came", picture.actual[ahead]);
    for (const other of picture.others) add(other.name, other.values[ahead]);
  }
  return `${picture.label(step)}: ${parts.join(" · ")}`;
}

/** Whether what is drawn is of an earlier window, as the one that is chosen now has something wrong. */
export function showStale(stale: boolean): void {
  byId("forecast", HTMLElement).classList.toggle("stale", stale);
  byId("actions", HTMLElement).inert = stale;
}

export function showReadout(text: string): void {
  byId("readout", HTMLElement).textContent = text || "\u00a0";
}

/** Tell it to screen readers. */
export function announce(text: string): void {
  byId("status", HTMLElement).textContent = text;
}

export function showWarnings(warnings: string[]): void {
  byId("warnings", HTMLElement).replaceChildren(...warnings.map((text) => make("li", {}, text)));
}
