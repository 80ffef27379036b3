// What the chart shows, by step: 0 is the window's last value, 1 the first that is forecast.

import type uPlot from "uplot";

export interface Band {
  level: string;
  lower: number[];
  upper: number[];
}

export interface Picture {
  history: (number | null)[];
  /** What came after the window, where that is known. */
  actual: (number | null)[];
  forecast: number[];
  /** The widest first, so that narrower ones are painted over it. */
  bands: Band[];
  others: { name: string; values: number[] }[];
  /** How far the forecast was asked to reach, also while there is none. */
  horizon: number;
  /** The times of steps as they are read; undefined where none are known. */
  label: (step: number) => string;
}

export function firstStep(picture: Picture): number {
  return 1 - picture.history.length;
}

export function lastStep(picture: Picture): number {
  return Math.max(picture.horizon, ...picture.others.map((other) => other.values.length));
}

/** The picture as columns beside each other: steps, history, actual, each band's upper and lower, forecast, others. */
export function columnsOf(picture: Picture): uPlot.AlignedData {
  const first = firstStep(picture);
  const last = lastStep(picture);
  const count = picture.history.length;
  const steps = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const end = picture.history[count - 1] ?? null;
  // Lines ahead begin at the last known value, so that they hang together with the history.
  const ahead = (values: (number | null)[]): (number | null)[] =>
    steps.map((step) => (step < 0 || values.length === 0 ? null : step === 0 ? end : (values[step - 1] ?? null)));
  return [
    steps,
    steps.map((_, index) => picture.history[index] ?? null),
    ahead(picture.actual.slice(0, last)),
    ...picture.bands.flatMap((band) => [ahead(band.upper), ahead(band.lower)]),
    ahead(picture.forecast),
    ...picture.others.map((other) => ahead(other.values)),
  ];
}
