// One column of what the API answered.

import type { Card, PredictResponse, Steps } from "../api/shapes";
import type { Band } from "../chart/picture";

export interface Forecast {
  version: number;
  values: number[];
  bands: Band[];
  timestamps: string[] | undefined;
  warnings: string[];
}

/** The forecast of a target, the widest band first; undefined where the column is no target. */
export function forecastOf(answer: PredictResponse, card: Card, column: string): Forecast | undefined {
  const index = card.targets.indexOf(column);
  if (index < 0) return undefined;
  const pick = (steps: Steps): number[] => steps.map((step) => (Array.isArray(step) ? (step[index] ?? NaN) : step));
  const bands = Object.entries(answer.intervals ?? {})
    .map(([level, { lower, upper }]) => ({ level: `${level} %`, lower: pick(lower), upper: pick(upper) }))
    .sort((a, b) => parseFloat(b.level) - parseFloat(a.level));
  return {
    version: answer.version,
    values: pick(answer.predictions),
    bands,
    timestamps: answer.timestamps,
    warnings: answer.warnings ?? [],
  };
}
