// Where the window comes from: the card's example, numbers, or a CSV file.

import type { Card } from "../api/shapes";
import { csvWindow, filledRows } from "../data/csv_window";
import { numericColumns, parseTable, timeColumn, type Table } from "../data/csv";
import { exampleWindow } from "../data/example";
import { pastedWindow } from "../data/pasted";
import { InputError, type SeriesWindow } from "../data/window";
import { byId, make, option } from "../dom";

type Source = "example" | "paste" | "csv";

export class WindowPanel {
  private readonly numbers = byId("numbers", HTMLTextAreaElement);
  private readonly file = byId("file", HTMLInputElement);
  private readonly columns = byId("columns", HTMLElement);
  private readonly endRow = byId("end-row", HTMLInputElement);
  private table: Table | undefined;
  private fileProblem: unknown;
  private card: Card | undefined;

  /** `onChange` is called when another window may be read. */
  constructor(private readonly onChange: () => void) {
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="source"]')) {
      radio.addEventListener("change", () => this.switched());
    }
    for (const id of ["numbers", "end", "freq"]) byId(id, HTMLElement).addEventListener("input", () => this.onChange());
    this.file.addEventListener("change", () => void this.open(this.file.files?.[0]));
    this.endRow.addEventListener("input", () => {
      this.tellEnd();
      this.onChange();
    });
    const drop = byId("drop", HTMLElement);
    // A file that misses the field must not take the place of the page.
    for (const type of ["dragover", "drop"]) window.addEventListener(type, (event) => event.preventDefault());
    const fieldset = byId("window", HTMLElement);
    fieldset.addEventListener("dragover", () => drop.classList.add("over"));
    fieldset.addEventListener("dragleave", () => drop.classList.remove("over"));
    fieldset.addEventListener("drop", (event) => {
      drop.classList.remove("over");
      this.choose("csv");
      void this.open(event.dataTransfer?.files[0]);
    });
  }

  /** Offer what a version's windows need. */
  use(card: Card): void {
    this.card = card;
    const many = card.features.length > 1;
    byId("numbers-hint", HTMLElement).textContent = many
      ? `A line for each time: ${card.features.join(", ")}. At least ${card.context} lines.`
      : `At least ${card.context}, with commas, blanks or line breaks between them.`;
    const timed = card.calendar.length > 0 || card.holidays !== null;
    byId("end-optional", HTMLElement).hidden = timed;
    byId("freq-field", HTMLElement).hidden = card.frequency !== null;
    this.listColumns();
  }

  /** Raises InputError where there is no window yet, or a wrong one. */
  read(): SeriesWindow {
    const card = this.card;
    if (card === undefined) throw new InputError("choose a model first");
    switch (this.source) {
      case "example":
        return exampleWindow(card);
      case "paste":
        return pastedWindow(this.numbers.value, card, byId("end", HTMLInputElement).value, byId("freq", HTMLInputElement).value);
      case "csv": {
        if (this.fileProblem !== undefined) throw this.fileProblem;
        if (this.table === undefined) throw new InputError("choose a CSV file");
        const choice = { columns: this.chosenColumns(), time: this.chosenTime(), end: Number(this.endRow.value) };
        return csvWindow(this.table, choice, card);
      }
    }
  }

  private get source(): Source {
    return document.querySelector<HTMLInputElement>('input[name="source"]:checked')?.value as Source;
  }

  private choose(source: Source): void {
    const radio = document.querySelector<HTMLInputElement>(`input[name="source"][value="${source}"]`);
    if (radio !== null) radio.checked = true;
    this.showSource();
  }

  private switched(): void {
    // Numbers begin with the example's, to be changed.
    if (this.source === "paste" && this.numbers.value === "" && this.card !== undefined) {
      const { window, end } = this.card.example;
      this.numbers.value = window.map((row) => (Array.isArray(row) ? row.join(", ") : row)).join(this.card.features.length > 1 ? "\n" : ", ");
      byId("end", HTMLInputElement).value = end ?? "";
    }
    this.showSource();
    this.onChange();
  }

  private showSource(): void {
    for (const part of document.querySelectorAll<HTMLElement>("[data-source]")) {
      part.hidden = part.dataset["source"] !== this.source;
    }
  }

  private async open(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    this.table = undefined;
    this.fileProblem = undefined;
    try {
      this.table = parseTable(await file.text());
      byId("file-hint", HTMLElement).textContent = `${file.name}: ${this.table.rows.length} rows. Only the window is sent.`;
    } catch (error) {
      this.fileProblem = error;
    }
    this.listColumns();
    this.onChange();
  }

  /** A choice of column for each feature, by name, and for the times. */
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
      const chosen = alike ?? numeric[index] ?? table.names[index] ?? "";
      const name = card.features.length > 1 ? `Column for ${feature}` : "Column";
      return this.columnField(`column-${index}`, name, table.names, chosen);
    });
    const time = timeColumn(table) ?? "";
    this.columns.replaceChildren(...fields, this.columnField("time-column", "Column of times", ["", ...table.names], time));
    this.limitEnd();
  }

  private columnField(id: string, name: string, names: string[], chosen: string): HTMLElement {
    const select = make("select", { id }, ...names.map((each) => option(each, each || "none")));
    select.value = chosen;
    select.addEventListener("change", () => {
      this.limitEnd();
      this.onChange();
    });
    return make("div", {}, make("label", { htmlFor: id }, name), select);
  }

  private chosenColumns(): string[] {
    return [...this.columns.querySelectorAll("select")].filter(({ id }) => id !== "time-column").map(({ value }) => value);
  }

  private chosenTime(): string {
    return byId("time-column", HTMLSelectElement).value;
  }

  /** The window may end at any row that has enough before it; at first at the newest. */
  private limitEnd(): void {
    if (this.table === undefined || this.card === undefined) return;
    const filled = filledRows(this.table, this.chosenColumns());
    this.endRow.max = String(filled);
    this.endRow.min = String(Math.min(filled, this.card.context));
    // Where all rows have values, those of a horizon are kept apart as what is known ahead.
    const ahead = this.card.future.length > 0 && filled === this.table.rows.length;
    this.endRow.value = String(ahead ? filled - Math.min(24, Math.floor(filled / 10)) : filled);
    this.tellEnd();
  }

  private tellEnd(): void {
    byId("end-row-value", HTMLOutputElement).textContent = `${this.endRow.value} of ${this.endRow.max}`;
  }
}
