// A window of a CSV's rows, with the covariates that its columns of the same names tell.

import type { Card, Covariate, CovariateValue, Row } from "../api/shapes";
import type { Table } from "./csv";
import { isMissing, parseNumber } from "./numbers";
import { checkLength, InputError, type SeriesWindow } from "./window";

export interface CsvChoice {
  /** The column of each of the model's features. */
  columns: string[];
  /** The column that tells times; empty for none. */
  time: string;
  /** How many of the rows lie before the window's end. */
  end: number;
}

/** How many of a table's rows hold values; those after them tell only what is known ahead. */
export function filledRows(table: Table, columns: string[]): number {
  const indexes = columns.map((name) => table.names.indexOf(name));
  let count = table.rows.length;
  while (count > 0 && indexes.every((index) => isMissing(table.rows[count - 1]?.[index] ?? ""))) count--;
  return count;
}

/** Raises InputError. */
export function csvWindow(table: Table, choice: CsvChoice, card: Card): SeriesWindow {
  const filled = filledRows(table, choice.columns);
  const end = Math.min(choice.end, filled);
  // What lies further back than this changes no forecast; it is there to be looked at.
  const begin = Math.max(0, end - Math.max(card.context, Math.min(2 * card.context + 200, 2000)));
  checkLength(end - begin, card);
  const read = (index: number): Row => choice.columns.map((name) => cellValue(table, index, name, card.takes_missing));
  const rows: Row[] = [];
  for (let index = begin; index < end; index++) rows.push(read(index));
  const actual: Row[] = [];
  for (let index = end; index < filled; index++) {
    actual.push(choice.columns.map((name) => parseNumber(cell(table, index, name), table.decimalComma) ?? null));
  }
  const window: SeriesWindow = { rows, actual, knownAhead: table.rows.length - end };
  if (choice.time !== "") {
    window.timestamps = times(table, choice.time, begin, end);
    window.actualTimes = times(table, choice.time, end, filled);
  } else if (card.calendar.length > 0 || card.holidays !== null) {
    throw new InputError("this model looks at the calendar: choose the column that tells the times", "times");
  }
  if (card.future.length > 0) window.future = covariates(table, card.future, begin, table.rows.length);
  if (card.past.length > 0) window.past = covariates(table, card.past, begin, end);
  if (card.static.length > 0) {
    const values = covariates(table, card.static, end - 1, end);
    window.static = Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value ?? ""]));
  }
  return window;
}

function cell(table: Table, index: number, name: string): string {
  return table.rows[index]?.[table.names.indexOf(name)] ?? "";
}

function cellValue(table: Table, index: number, name: string, masked: boolean): number | null {
  const text = cell(table, index, name);
  const value = parseNumber(text, table.decimalComma);
  if (value !== undefined) return value;
  if (!isMissing(text)) {
    throw new InputError(`row ${table.numbers[index]}: ${name} is "${text.trim().slice(0, 40)}", which is no number`);
  }
  if (!masked) throw new InputError(`row ${table.numbers[index]}: ${name} is missing, and this model can't do without`);
  return null;
}

function times(table: Table, name: string, begin: number, end: number): string[] {
  const texts: string[] = [];
  for (let index = begin; index < end; index++) {
    texts.push(cell(table, index, name).trim().replace(/^(\d{4}-\d\d-\d\d) +/, "$1T"));
  }
  return texts;
}

function covariates(table: Table, asked: Covariate[], begin: number, end: number): Record<string, CovariateValue[]> {
  const missing = asked.filter((covariate) => !table.names.includes(covariate.name));
  if (missing.length > 0) {
    const names = missing.map((covariate) => covariate.name).join(", ");
    throw new InputError(`this model also needs ${names}, and the file has no column of that name`);
  }
  const read = (covariate: Covariate, index: number): CovariateValue => {
    const text = cell(table, index, covariate.name).trim();
    if (covariate.categories.length > 0) return text;
    if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
    const value = parseNumber(text, table.decimalComma);
    if (value === undefined) {
      throw new InputError(`row ${table.numbers[index]}: ${covariate.name} is "${text.slice(0, 40)}", which is no number`);
    }
    return value;
  };
  return Object.fromEntries(
    asked.map((covariate) => [
      covariate.name,
      Array.from({ length: end - begin }, (_, offset) => read(covariate, begin + offset)),
    ]),
  );
}
