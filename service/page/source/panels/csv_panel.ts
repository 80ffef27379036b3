// A CSV file's columns, series and rows as a window.

import type { Card } from "../api/shapes";
import { numericColumns, parseTable, rowsWhere, seriesColumn, textsOf, timeColumn, type Table } from "../data/csv";
import { csvWindow, filledRows } from "../data/csv_window";
import { InputError, type SeriesWindow } from "../data/window";
import { byId, make, option } from "../dom";

const MOST_SERIES = 2000; // that are listed to choose from

export class CsvPanel {
  private readonly file = byId("file", HTMLInputElement);
  private readonly columns = byId("columns", HTMLElement);
  private readonly endRow = byId("end-row", HTMLInputElement);
  private table: Table | undefined;
  private problem: unknown;
  private card: Card | undefined;

  /** `onChange` is called when another window may be read. */
  constructor(private readonly onChange: () => void) {
    this.file.addEventListener("change", () => void this.open(this.file.files?.[0]));
    this.endRow.addEventListener("input", () => {
      this.tellEnd();
      this.onChange();
    });
  }

  /** Offer the columns that a version needs. */
  use(card: Card): void {
    this.card = card;
    this.listColumns();
  }

  async open(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    this.table = undefined;
    this.problem = undefined;
    try {
      this.table = parseTable(await file.text());
      byId("file-hint", HTMLElement).textContent = `${file.name}: ${this.table.rows.length} rows. Only the window is sent.`;
    } catch (error) {
      this.problem = error;
    }
    this.listColumns();
    this.onChange();
  }

  /** Raises InputError where there is no window, or a wrong one. */
  read(card: Card): SeriesWindow {
    if (this.problem !== undefined) throw this.problem;
    const rows = this.rows;
    if (rows === undefined) throw new InputError("choose a CSV file");
    return csvWindow(rows, { columns: this.features(), time: this.chosen("time-column"), end: Number(this.endRow.value) }, card);
  }

  /** The rows of the chosen series, or all. */
  private get rows(): Table | undefined {
    const name = this.chosen("series-column");
    return this.table === undefined || name === "" ? this.table : rowsWhere(this.table, name, this.chosen("series"));
  }

  private listColumns(): void {
    const { table, card } = this;
    byId("end-row-field", HTMLElement).hidden = table === undefined;
    if (table === undefined || card === undefined) {
      this.columns.replaceChildren();
      return;
    }
    const numeric = numericColumns(table);
    const fields = card.features.map((feature, index) => {
      const alike = table.names.find((name) => name.toLowerCase() === feature.toLowerCase());
      const name = card.features.length > 1 ? `Column for ${feature}` : "Column";
      return this.field(`column-${index}`, name, table.names, alike ?? numeric[index] ?? table.names[index] ?? "");
    });
    const time = timeColumn(table) ?? "";
    this.columns.replaceChildren(
      ...fields,
      this.field("time-column", "Column of times", ["", ...table.names], time),
      this.field("series-column", "Column that tells series apart", ["", ...table.names], seriesColumn(table, time) ?? ""),
    );
    this.listSeries();
  }

  private field(id: string, name: string, names: string[], chosen: string): HTMLElement {
    const select = make("select", { id }, ...names.map((each) => option(each, each || "none")));
    select.value = chosen;
    select.addEventListener("change", () => {
      if (id === "series-column") this.listSeries();
      else this.limitEnd();
      this.onChange();
    });
    return make("div", {}, make("label", { htmlFor: id }, name), select);
  }

  /** Where a column tells series apart, a choice of one. */
  private listSeries(): void {
    document.getElementById("series")?.parentElement?.remove();
    const name = this.chosen("series-column");
    if (this.table !== undefined && name !== "") {
      const texts = textsOf(this.table, name).slice(0, MOST_SERIES);
      this.columns.append(this.field("series", "Series", texts, texts[0] ?? ""));
    }
    this.limitEnd();
  }

  private features(): string[] {
    return [...this.columns.querySelectorAll<HTMLSelectElement>('select[id^="column-"]')].map(({ value }) => value);
  }

  private chosen(id: string): string {
    return this.columns.querySelector<HTMLSelectElement>(`#${id}`)?.value ?? "";
  }

  /** The window may end at any row that has enough before it; at first at the newest. */
  private limitEnd(): void {
    const rows = this.rows;
    if (rows === undefined || this.card === undefined) return;
    const filled = filledRows(rows, this.features());
    this.endRow.max = String(filled);
    this.endRow.min = String(Math.min(filled, this.card.least_context));
    // Where all rows have values, those of a horizon are kept apart as what is known ahead.
    const ahead = this.card.future.length > 0 && filled === rows.rows.length;
    this.endRow.value = String(ahead ? filled - Math.min(24, Math.floor(filled / 10)) : filled);
    this.tellEnd();
  }

  private tellEnd(): void {
    byId("end-row-value", HTMLOutputElement).textContent = `${this.endRow.value} of ${this.endRow.max}`;
  }
}
