// Starts the page, and gives its buttons their work.

import "uplot/dist/uPlot.min.css";
import "./style.css";
import { byId } from "./dom";
import { Page } from "./page";
import { asCurl, asPython, copy } from "./panels/copying";
import { announce, legendOf } from "./panels/readout";
import { asCsv, asPng, save } from "./panels/saving";

const page = new Page();

function onClick(id: string, work: () => void | Promise<void>): void {
  byId(id, HTMLButtonElement).addEventListener("click", () => void work());
}

async function copyAs(name: string, write: typeof asCurl): Promise<void> {
  const request = page.request;
  if (request !== undefined && (await copy(write(request, page.client.hasKey)))) announce(`copied as ${name}`);
}

onClick("copy-curl", () => copyAs("curl", asCurl));
onClick("copy-python", () => copyAs("Python", asPython));
onClick("save-csv", () => {
  if (page.picture === undefined) return;
  const column = byId("column", HTMLSelectElement).value;
  save(new Blob([asCsv(page.picture, column)], { type: "text/csv" }), `${page.reference}.csv`);
});
onClick("save-png", async () => {
  const canvas = page.chart.canvas;
  if (page.picture === undefined || canvas === undefined) return;
  const title = byId("forecast-title", HTMLElement).textContent ?? "";
  save(await asPng(canvas, `${page.reference}: ${title}`, legendOf(page.picture, page.reference)), `${page.reference}.png`);
});
onClick("retry", () => page.start());
onClick("zoom-in", () => page.chart.zoom(0.5));
onClick("zoom-out", () => page.chart.zoom(2));
onClick("zoom-near", () => page.chart.resetView());
onClick("zoom-all", () => page.chart.showAll());

void page.start();
