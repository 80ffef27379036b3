// The request for a forecast of a window.

import type { Card, PredictRequest } from "./shapes";
import type { SeriesWindow } from "../data/window";

/** The highest level that so many calibration errors are enough for, in percent, as the service works it out. */
export function highestLevel(count: number): number {
  return Math.floor((10_000 * count) / (count + 1)) / 100;
}

/** The levels that a model can give intervals of, at this horizon. */
export function levelsOf(card: Card, horizon: number): number[] {
  const calibration = card.calibration;
  if (calibration === null || horizon > calibration.horizon) return [];
  const measured = Object.keys(calibration.coverage).map(Number);
  const levels = measured.length > 0 ? measured : [50, 80, 95];
  return levels.filter((level) => level <= highestLevel(calibration.count)).sort((a, b) => a - b);
}

/** The furthest step that a forecast from this window can reach; undefined where there is no end but the service's. */
export function furthest(card: Card, window: SeriesWindow): number | undefined {
  const bounds: number[] = [];
  if (card.targets.length < card.features.length) bounds.push(1);
  if (card.past.length > 0) bounds.push(card.outputs);
  if (card.future.length > 0) bounds.push(window.knownAhead);
  return bounds.length > 0 ? Math.max(1, Math.min(...bounds)) : undefined;
}

export function requestFor(
  model: string,
  card: Card,
  window: SeriesWindow,
  horizon: number,
  levels: number[],
): PredictRequest {
  const rows = window.rows;
  const request: PredictRequest = {
    model,
    window: card.features.length === 1 ? rows.map((row) => row[0] ?? null) : rows,
    horizon,
  };
  if (window.timestamps !== undefined) request.timestamps = window.timestamps;
  else if (window.end !== undefined) request.end = window.end;
  if (request.end !== undefined && window.freq !== undefined) request.freq = window.freq;
  if (window.future !== undefined) {
    const length = rows.length + horizon;
    request.future = Object.fromEntries(
      Object.entries(window.future).map(([name, values]) => [name, values.slice(0, length)]),
    );
  }
  if (window.past !== undefined) request.past = window.past;
  if (window.static !== undefined) request.static = window.static;
  if (levels.length > 0) request.levels = levels;
  return request;
}
