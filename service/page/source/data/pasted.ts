// Pasted numbers as a window.

import type { Card, Row } from "../api/shapes";
import { isMissing, parseNumber } from "./numbers";
import { checkLength, InputError, type SeriesWindow } from "./window";

/**
 * For a model of one feature numbers with anything between them, for others a line for each row. Raises InputError.
 *
 * Commas are decimal ones where each number between semicolons, blanks or line breaks has one at most.
 */
export function pastedWindow(text: string, card: Card, end: string, freq: string): SeriesWindow {
  refuseCovariates(card);
  const rows = card.features.length === 1 ? readList(text, card) : readRows(text, card);
  checkLength(rows.length, card);
  const timed = card.calendar.length > 0 || card.holidays !== null;
  if (timed && end.trim() === "") {
    throw new InputError("this model looks at the calendar: say when the last value is, such as 2024-01-31T13:30", "times");
  }
  const window: SeriesWindow = { rows, knownAhead: 0, actual: [] };
  if (end.trim() !== "") window.end = end.trim().replace(" ", "T");
  const spacing = freq.trim() || card.frequency;
  if (window.end !== undefined && spacing) window.freq = spacing;
  if (window.end !== undefined && !spacing) {
    throw new InputError("say how far apart the values are, such as 30m, 1d or 1mo", "times");
  }
  return window;
}

function refuseCovariates(card: Card): void {
  const names = [...card.future, ...card.past, ...card.static].map((covariate) => covariate.name);
  if (names.length > 0) {
    throw new InputError(`this model also needs ${names.join(", ")}: drop a CSV that has columns of these names`);
  }
}

function readList(text: string, card: Card): Row[] {
  const trimmed = text.trim().replace(/^\[|\]$/g, "");
  if (trimmed.trim() === "") return [];
  const apart = trimmed.split(/[;\s]+/).filter((word) => word !== "");
  const decimalComma =
    apart.length > 1 && apart.some((word) => word.includes(",")) && apart.every((word) => /^[+-]?\d+(,\d+)?$/.test(word));
  const words = decimalComma ? apart : trimmed.split(/[,;\s]+/).filter((word) => word !== "");
  return words.map((word, index) => [readValue(word, `value ${index + 1}`, card, decimalComma)]);
}

function readRows(text: string, card: Card): Row[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    const words = line.trim().split(/\s*[,;\t]\s*|\s+/);
    if (words.length !== card.features.length) {
      const wanted = card.features.join(", ");
      throw new InputError(`line ${index + 1} has ${words.length} numbers, but each needs ${card.features.length}: ${wanted}`);
    }
    return words.map((word, column) => readValue(word, `line ${index + 1}, ${card.features[column]}`, card, false));
  });
}

function readValue(word: string, place: string, card: Card, decimalComma: boolean): number | null {
  const value = parseNumber(word, decimalComma);
  if (value !== undefined) return value;
  if (!isMissing(word)) throw new InputError(`${place} is "${word.slice(0, 40)}", which is no number`);
  if (!card.takes_missing) throw new InputError(`${place} is missing, and this model can't do without: put a number there`);
  return null;
}
