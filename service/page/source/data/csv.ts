// Reading a CSV file: its delimiter is found, its first line names the columns.

import { isMissing, parseNumber } from "./numbers";
import { InputError } from "./window";

export interface Table {
  names: string[];
  /** The texts of each row, as many as there are names. */
  rows: string[][];
  /** The number of each row in the file, from 1 up. */
  numbers: number[];
  decimalComma: boolean;
}

const MAX_BYTES = 50_000_000;

/** Raises InputError where a text is no table. */
export function parseTable(text: string): Table {
  if (text.length > MAX_BYTES) throw new InputError("the file is larger than 50 MB: cut it to its newest rows");
  const delimiter = delimiterOf(text.slice(0, text.indexOf("\n") < 0 ? undefined : text.indexOf("\n")));
  const [head, ...rows] = parseRows(text.replace(/^\ufeff/, ""), delimiter);
  if (head === undefined || rows.length === 0) {
    throw new InputError("the file has no rows: its first line should name the columns, and rows follow");
  }
  const odd = rows.findIndex((row) => row.length !== head.length);
  if (odd >= 0) {
    throw new InputError(
      `row ${odd + 1} of the file has ${rows[odd]?.length} columns, but its first line names ${head.length}`,
    );
  }
  const names = head.map((name, index) => name.trim() || `column ${index + 1}`);
  if (names.every((name) => parseNumber(name) !== undefined)) {
    throw new InputError("the first line of the file holds numbers: put a line above that names the columns");
  }
  const decimalComma = delimiter !== "," && rows.some((row) => row.some((cell) => /^[+-]?\d+,\d+$/.test(cell.trim())));
  return { names, rows, numbers: rows.map((_, index) => index + 1), decimalComma };
}

/** The names of columns whose filled cells are numbers, of which there is at least one. */
export function numericColumns(table: Table): string[] {
  const sample = table.rows.slice(-500);
  return table.names.filter((_, column) => {
    const filled = sample.map((row) => row[column] ?? "").filter((cell) => !isMissing(cell));
    return filled.length > 0 && filled.every((cell) => parseNumber(cell, table.decimalComma) !== undefined);
  });
}

/** The name of the first column that holds dates or times in ISO 8601. */
export function timeColumn(table: Table): string | undefined {
  const sample = table.rows.slice(-20);
  return table.names.find((_, column) => sample.every((row) => /^\s*\d{4}-\d\d-\d\d/.test(row[column] ?? "")));
}

/** The rows of one of several series: those whose column holds a text. */
export function rowsWhere(table: Table, name: string, text: string): Table {
  const column = table.names.indexOf(name);
  const kept = table.rows.flatMap((row, index) => (row[column] === text ? [index] : []));
  return { ...table, rows: kept.map((index) => table.rows[index] ?? []), numbers: kept.map((index) => table.numbers[index] ?? 0) };
}

/** The texts of a column, each once. */
export function textsOf(table: Table, name: string): string[] {
  const column = table.names.indexOf(name);
  return [...new Set(table.rows.map((row) => row[column] ?? ""))];
}

/** The column that tells several series apart, where times repeat: each of its texts has every time once. */
export function seriesColumn(table: Table, time: string): string | undefined {
  if (time === "" || textsOf(table, time).length === table.rows.length) return undefined;
  return table.names.find((name) => {
    if (name === time) return false;
    const first = rowsWhere(table, name, textsOf(table, name)[0] ?? "");
    return first.rows.length > 1 && textsOf(first, time).length === first.rows.length;
  });
}

function delimiterOf(line: string): string {
  const counts = [",", ";", "\t"].map((mark) => ({ mark, count: line.split(mark).length }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).mark;
}

/** The cells of each row (RFC 4180): a quoted one may hold delimiters, line breaks and doubled quotes. */
function parseRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 1 || cell.trim() !== "") rows.push(row);
    row = [];
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const mark = text.charAt(at);
    if (quoted) {
      if (mark !== '"') cell += mark;
      else if (text.charAt(at + 1) === '"') cell += text.charAt(++at);
      else quoted = false;
    } else if (mark === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (mark === delimiter) {
      row.push(cell);
      cell = "";
    } else if (mark === "\n") {
      endRow();
    } else if (mark !== "\r") {
      cell += mark;
    }
  }
  endRow();
  return rows;
}
