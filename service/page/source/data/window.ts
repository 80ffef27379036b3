// A window of recent values, wherever it came from, and what is known beside it.

import type { Card, CovariateValue, Row } from "../api/shapes";

export interface SeriesWindow {
  /** One row for each time, oldest first, with a value for each feature. */
  rows: Row[];
  /** The time of each row; in their place `end` and `freq` may tell that of the last one and the time between rows. */
  timestamps?: string[];
  end?: string;
  freq?: string;
  future?: Record<string, CovariateValue[]>;
  past?: Record<string, CovariateValue[]>;
  static?: Record<string, CovariateValue>;
  /** How many steps after the window the `future` covariates are known for. */
  knownAhead: number;
  /** What came after the window, where a file tells. */
  actual: Row[];
  actualTimes?: string[];
}

/** What is wrong with an input, in words, and which input it is. */
export class InputError extends Error {
  constructor(
    message: string,
    readonly field: "window" | "times" = "window",
  ) {
    super(message);
  }
}

/** Raises InputError where a window has too few values for a model. */
export function checkLength(count: number, card: Card): void {
  if (count === 0) throw new InputError("there is no number yet");
  if (count < card.least_context) {
    throw new InputError(
      `there ${count === 1 ? "is 1 value" : `are ${count} values`}, but this model looks back on ${card.least_context}: add older ones`,
    );
  }
}
