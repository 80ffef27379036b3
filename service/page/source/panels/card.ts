// A version's card: what it is, how far off it is at each step, what its bands hold, and pictures of its training.

import type { Client } from "../api/client";
import type { Card } from "../api/shapes";
import { color, otherColor } from "../chart/colors";
import { stepChart, type StepLine } from "../chart/step_chart";
import { shown } from "../data/numbers";
import { readable } from "../data/times";
import { byId, make } from "../dom";

export function showCard(card: Card, client: Client): void {
  byId("card", HTMLElement).hidden = false;
  byId("card-title", HTMLElement).textContent = `${card.name}, version ${card.version}`;
  const body = byId("card-body", HTMLElement);
  for (const image of body.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  body.replaceChildren(
    make("p", {}, card.description),
    ...(card.warnings.length > 0 ? [warnings(card)] : []),
    facts(card),
    make("div", { className: "figures" }, ...errorChart(card), ...coverageChart(card)),
    ...errorTable(card),
    ...pictures(card, client),
  );
}

function warnings(card: Card): HTMLElement {
  return make("ul", { className: "warnings" }, ...card.warnings.map((text) => make("li", {}, text)));
}

function facts(card: Card): HTMLElement {
  const { data, metrics } = card;
  const network = `${card.kind} of ${card.units.join(" and ")} units${card.members > 1 ? `, ${card.members} members` : ""}`;
  const beside = [...card.future, ...card.past, ...card.static].map((covariate) => covariate.name);
  const known: [string, string][] = [
    ["Published", readable(card.created_at)],
    ["Network", network],
    ["Looks back on", `${card.least_context < card.context ? `${card.least_context} to ` : ""}${card.context} values${card.frequency === null ? "" : `, one every ${card.frequency}`}`],
    ["Forecasts", card.targets.join(", ")],
    ...(beside.length > 0 ? [["Also needs", beside.join(", ")] as [string, string]] : []),
    ["Learned from", `${data.rows} rows of ${data.source}`],
    ...(data.first_at !== null && data.last_at !== null
      ? [["From, to", `${readable(data.first_at)}, ${readable(data.last_at)}`] as [string, string]]
      : []),
    ["Error of the next value", `${shown(metrics.model.mae)}; repeating the last value: ${shown(metrics.last_value.mae)}`],
    ["Measured on", metrics.tested_on],
  ];
  return make("dl", { className: "facts" }, ...known.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]));
}

function errorChart(card: Card): HTMLElement[] {
  if (card.backtest === null) return [];
  const lines: StepLine[] = Object.entries(card.backtest.baselines).map(([name, scores], index) => ({
    name,
    values: scores.mae,
    color: () => otherColor(index),
    dash: [6, 4],
  }));
  lines.push({ name: "this model", values: card.backtest.model.mae, color: () => color("forecast"), width: 2.5 });
  return [stepChart("Mean absolute error at each step", lines, "error")];
}

function coverageChart(card: Card): HTMLElement[] {
  const levels = Object.entries(card.calibration?.coverage ?? {});
  if (levels.length === 0) return [];
  const lines = levels.flatMap(([level, shares], index): StepLine[] => [
    { name: `${level} % band`, values: shares.map((share) => 100 * share), color: () => otherColor(index), width: 2 },
    { name: level, values: shares.map(() => Number(level)), color: () => otherColor(index), dash: [2, 5], width: 1, unnamed: true },
  ]);
  return [stepChart("Share of test values that each band held (dotted: what it should)", lines, "percent")];
}

/** The numbers of the first figure, for those who read rather than look. */
function errorTable(card: Card): HTMLElement[] {
  const backtest = card.backtest;
  if (backtest === null) return [];
  const columns: [string, number[]][] = [
    ["this model", backtest.model.mae],
    ...Object.entries(backtest.baselines).map(([name, scores]): [string, number[]] => [name, scores.mae]),
    ...Object.entries(card.calibration?.coverage ?? {}).map(([level, shares]): [string, number[]] => [
      `${level} % band held, %`,
      shares.map((share) => 100 * share),
    ]),
  ];
  const head = make("tr", {}, make("th", { scope: "col" }, "step"));
  for (const [name] of columns) head.append(make("th", { scope: "col", className: "number" }, name));
  const rows = backtest.model.mae.map((_, step) => {
    const cells = columns.map(([, values]) => {
      const value = values[step];
      return make("td", { className: "number" }, value === undefined ? "" : shown(value));
    });
    return make("tr", {}, make("th", { scope: "row" }, String(step + 1)), ...cells);
  });
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  const scroll = make("div", { className: "scroll", tabIndex: 0 }, table);
  return [make("details", {}, make("summary", {}, "Every step in numbers"), scroll)];
}

/** They are fetched when they are looked at: an image can't send a key by itself. */
function pictures(card: Card, client: Client): HTMLElement[] {
  if (card.plots.length === 0) return [];
  const figures = make("div", { className: "figures" });
  const details = make("details", { id: "pictures" }, make("summary", {}, "Pictures of its training"), figures);
  const load = async (): Promise<void> => {
    for (const plot of card.plots) {
      const title = plot.replace(/\.png$/, "").replaceAll("-", " ");
      const image = make("img", { alt: title });
      figures.append(make("figure", {}, make("figcaption", {}, title), image));
      try {
        image.src = URL.createObjectURL(await client.picture(card.name, card.version, plot));
      } catch (error) {
        image.replaceWith(make("p", { className: "error" }, error instanceof Error ? error.message : String(error)));
      }
    }
  };
  details.addEventListener("toggle", () => void load(), { once: true });
  return [details];
}
