// Where the window comes from: the card's example, numbers, or a CSV file.

import type { Card } from "../api/shapes";
import { exampleWindow } from "../data/example";
import { pastedWindow } from "../data/pasted";
import { InputError, type SeriesWindow } from "../data/window";
import { byId } from "../dom";
import { CsvPanel } from "./csv_panel";

type Source = "example" | "paste" | "csv";

export class WindowPanel {
  private readonly numbers = byId("numbers", HTMLTextAreaElement);
  private readonly csv: CsvPanel;
  private card: Card | undefined;

  /** `onChange` is called when another window may be read. */
  constructor(private readonly onChange: () => void) {
    this.csv = new CsvPanel(onChange);
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="source"]')) {
      radio.addEventListener("change", () => this.switched());
    }
    for (const id of ["numbers", "end", "freq"]) byId(id, HTMLElement).addEventListener("input", () => this.onChange());
    const drop = byId("drop", HTMLElement);
    // A file that misses the field must not take the place of the page.
    for (const type of ["dragover", "drop"]) window.addEventListener(type, (event) => event.preventDefault());
    const fieldset = byId("window", HTMLElement);
    fieldset.addEventListener("dragover", () => drop.classList.add("over"));
    fieldset.addEventListener("dragleave", () => drop.classList.remove("over"));
    fieldset.addEventListener("drop", (event) => {
      drop.classList.remove("over");
      this.choose("csv");
      void this.csv.open(event.dataTransfer?.files[0]);
    });
  }

  /** Offer what a version's windows need. */
  use(card: Card): void {
    this.card = card;
    const many = card.features.length > 1;
    byId("numbers-hint", HTMLElement).textContent = many
      ? `A line for each time: ${card.features.join(", ")}. At least ${card.least_context} lines.`
      : `At least ${card.least_context}, with commas, blanks or line breaks between them.`;
    const timed = card.calendar.length > 0 || card.holidays !== null;
    byId("end-optional", HTMLElement).hidden = timed;
    byId("freq-field", HTMLElement).hidden = card.frequency !== null;
    this.csv.use(card);
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
      case "csv":
        return this.csv.read(card);
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
}
