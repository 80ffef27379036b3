// The example window that a version's card brings.

import type { Card, Row } from "../api/shapes";
import type { SeriesWindow } from "./window";

export function exampleWindow(card: Card): SeriesWindow {
  const example = card.example;
  const rows: Row[] = example.window.map((row) => (Array.isArray(row) ? [...row] : [row]));
  const known = Object.values(example.future ?? {}).map((values) => values.length - rows.length);
  const { timestamps, end, freq, future, past, static: fixed } = example;
  return {
    rows,
    knownAhead: known.length > 0 ? Math.min(...known) : 0,
    actual: [],
    ...(timestamps === undefined ? {} : { timestamps }),
    ...(end === undefined ? {} : { end }),
    ...(freq === undefined || freq === null ? {} : { freq }),
    ...(future === undefined ? {} : { future }),
    ...(past === undefined ? {} : { past }),
    ...(fixed === undefined ? {} : { static: fixed }),
  };
}
