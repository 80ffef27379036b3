// The page: what is chosen, the window as it is now, its forecasts, and how one follows from the other.

import { Client, ProblemError } from "./api/client";
import { Latest } from "./api/latest";
import { requestFor } from "./api/request";
import type { Card, PredictRequest, PredictResponse, Row } from "./api/shapes";
import { ForecastChart } from "./chart/chart";
import { letKeysMove } from "./chart/keyboard";
import type { Picture } from "./chart/picture";
import { forecastOf } from "./data/forecast";
import { roundTo } from "./data/numbers";
import { readable, stepped, timesOf } from "./data/times";
import type { SeriesWindow } from "./data/window";
import { byId, option } from "./dom";
import { showCard } from "./panels/card";
import { showComparison, type Compared } from "./panels/comparison";
import { HorizonPanel } from "./panels/horizon_panel";
import { askForKey } from "./panels/key_dialog";
import { clearMessages, showError } from "./panels/messages";
import { ModelPanel } from "./panels/model_panel";
import { PointPanel } from "./panels/point_panel";
import { announce, describe, legendOf, showLegend, showReadout, showStale, showWarnings } from "./panels/readout";
import { WindowPanel } from "./panels/window_panel";

export class Page {
  readonly client = new Client(askForKey);
  picture: Picture | undefined;
  private card: Card | undefined;
  private window: SeriesWindow | undefined;
  private published: Row[] = []; // the window's rows as they were before people moved any
  private answer: PredictResponse | undefined;
  private others: { name: string; answer?: PredictResponse; problem?: string }[] = [];
  private dragging = false;
  private looked = 0;

  private readonly models = new ModelPanel(
    () => void this.choose(),
    () => this.follow(),
  );
  private readonly windows = new WindowPanel(() => this.readWindow());
  private readonly horizons = new HorizonPanel(() => this.follow());
  private readonly points = new PointPanel({
    onValue: (step, value) => this.setValue(step, value),
    onRestore: () => this.restore(),
  });
  private readonly column = byId("column", HTMLSelectElement);
  private readonly latest = new Latest(
    () => this.forecast(),
    (busy) => byId("forecast", HTMLElement).setAttribute("aria-busy", String(busy)),
  );
  readonly chart = new ForecastChart(byId("chart", HTMLElement), {
    onLook: (step) => this.look(step),
    onGrab: (step) => {
      this.dragging = true;
      this.chart.choose(step);
    },
    onDrag: (step, value) => this.setValue(step, roundTo(value, this.spread())),
    onDrop: (step) => {
      this.dragging = false;
      this.look(step, true);
      this.follow();
    },
  });

  constructor() {
    const place = byId("chart", HTMLElement);
    letKeysMove(place, this.chart, { step: () => this.looked, onNudge: (hundredths) => this.nudge(hundredths) });
    // A step that the keyboard went to is told aloud; the mouse's would be too many.
    place.addEventListener("keyup", () => this.look(this.looked, true));
    byId("ask", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
    this.column.addEventListener("change", () => {
      this.chart.resetView();
      this.draw();
    });
  }

  /** List the models and begin with one; where that fails, people may try again. */
  async start(): Promise<void> {
    const retry = byId("retry", HTMLButtonElement);
    retry.hidden = true;
    clearMessages();
    try {
      const { models, hint } = await this.client.models();
      if (this.models.list(models, hint)) await this.choose();
    } catch (error) {
      retry.hidden = false;
      showError(error);
    }
  }

  /** What is chosen, as the API takes it: name@version. */
  get reference(): string {
    return `${this.models.name}@${this.models.chosen?.text ?? ""}`;
  }

  /** The request for what is shown; undefined where there is no window. */
  get request(): PredictRequest | undefined {
    if (this.card === undefined || this.window === undefined) return undefined;
    return requestFor(this.reference, this.card, this.window, this.horizons.horizon, this.horizons.chosenLevels);
  }

  private async choose(): Promise<void> {
    const [name, version] = [this.models.name, this.models.chosen?.version];
    if (version === undefined) return;
    clearMessages();
    try {
      const card = await this.client.card(name, version);
      if (name !== this.models.name || version !== this.models.chosen?.version) return; // another was chosen meanwhile
      const known = this.card;
      this.card = card;
      this.windows.use(card);
      if (known?.name !== name) this.horizons.use(card);
      this.listColumns(card);
      showCard(card, this.client);
      this.readWindow();
    } catch (error) {
      this.card = this.window = this.answer = undefined;
      showStale(true);
      showError(error);
    }
  }

  private listColumns(card: Card): void {
    const before = this.column.value;
    this.column.replaceChildren(...card.features.map((feature) => option(feature)));
    this.column.value = card.features.includes(before) ? before : (card.targets[0] ?? "");
    byId("column-field", HTMLElement).hidden = card.features.length === 1;
  }

  /** Take the window that the panel tells, and forget what was moved in the one before. */
  private readWindow(): void {
    clearMessages();
    this.answer = undefined;
    this.others = [];
    try {
      this.window = this.windows.read();
    } catch (error) {
      this.window = undefined;
      showStale(true);
      showError(error);
      return;
    }
    this.published = this.window.rows.map((row) => [...row]);
    this.horizons.limit(this.window);
    this.looked = 0;
    this.chart.choose(undefined);
    this.chart.resetView();
    this.points.choose(undefined);
    this.follow();
  }

  private follow(): void {
    void this.latest.ask();
  }

  private async forecast(): Promise<void> {
    const request = this.request;
    const window = this.window;
    if (request === undefined || window === undefined) return;
    const { levels: _, ...plain } = request;
    const asked = this.models.others.map(async (name) => {
      try {
        return { name, answer: await this.client.predict({ ...plain, model: name }) };
      } catch (error) {
        if (error instanceof ProblemError) return { name, problem: error.problem.detail };
        throw error;
      }
    });
    try {
      const answer = await this.client.predict(request);
      const others = await Promise.all(asked);
      if (window !== this.window) return;
      clearMessages();
      [this.answer, this.others] = [answer, others];
    } catch (error) {
      await Promise.allSettled(asked);
      if (window !== this.window) return;
      clearMessages();
      [this.answer, this.others] = [undefined, []];
      showError(error);
    }
    this.draw();
    if (this.answer !== undefined) performance.mark("forecast-drawn");
  }

  private draw(): void {
    const { card, window, answer } = this;
    if (card === undefined || window === undefined) return;
    showStale(false);
    const column = this.column.value;
    const index = card.features.indexOf(column);
    const main = answer === undefined ? undefined : forecastOf(answer, card, column);
    const compared: Compared[] = this.others.map(({ name, answer: other, problem }) => ({
      name,
      forecast: other === undefined ? undefined : forecastOf(other, card, column),
      ...(problem === undefined ? {} : { problem }),
    }));
    const horizon = this.horizons.horizon;
    this.picture = {
      history: window.rows.map((row) => row[index] ?? null),
      actual: window.actual.slice(0, horizon).map((row) => row[index] ?? null),
      forecast: main?.values ?? [],
      bands: main?.bands ?? [],
      others: compared.flatMap(({ name, forecast }) => (forecast === undefined ? [] : [{ name, values: forecast.values }])),
      horizon,
      label: labels(window, main?.timestamps),
    };
    const chosen = `${card.name}@${this.models.chosen?.text ?? ""}`;
    this.chart.draw(this.picture, this.dragging);
    showLegend(legendOf(this.picture, chosen));
    showWarnings(main?.warnings ?? []);
    showComparison(chosen, main, compared);
    byId("forecast-title", HTMLElement).textContent = `${column}, ${horizon === 1 ? "the next step" : `the next ${horizon} steps`}`;
    showReadout(describe(this.picture, main === undefined ? 0 : Math.max(this.looked, 1 - this.picture.history.length)));
    this.points.show(this.picture, this.moved());
    if (main !== undefined && !this.dragging) announce(`${chosen} forecasts ${describe(this.picture, horizon)}`);
  }

  private look(step: number | undefined, aloud = false): void {
    const picture = this.picture;
    if (picture === undefined || step === undefined) return;
    this.looked = step;
    const text = describe(picture, step);
    showReadout(text);
    if (!aloud) return;
    announce(text);
    this.chart.choose(step);
    this.points.choose(step <= 0 ? step : undefined);
    this.points.show(picture, this.moved());
  }

  private setValue(step: number, value: number): void {
    const [card, window] = [this.card, this.window];
    const row = window?.rows[step + window.rows.length - 1];
    if (card === undefined || row === undefined) return;
    row[card.features.indexOf(this.column.value)] = value;
    this.looked = step;
    this.draw();
    this.follow();
  }

  private nudge(hundredths: number): void {
    const value = this.picture?.history[this.looked + this.picture.history.length - 1];
    if (this.looked > 0 || value == null) return;
    const spread = this.spread();
    this.setValue(this.looked, roundTo(value + (hundredths * spread) / 100, spread));
  }

  private restore(): void {
    if (this.window === undefined) return;
    this.window.rows = this.published.map((row) => [...row]);
    this.draw();
    this.follow();
  }

  private moved(): boolean {
    return this.window?.rows.some((row, at) => row.some((value, index) => value !== this.published[at]?.[index])) ?? false;
  }

  private spread(): number {
    const values = (this.picture?.history ?? []).filter((value) => value !== null);
    return values.reduce((most, value) => Math.max(most, value), -Infinity) - values.reduce((least, value) => Math.min(least, value), Infinity) || 1;
  }
}

/** How steps are named: by their times where these are known, else by their distance from the window's end. */
function labels(window: SeriesWindow, ahead: string[] | undefined): (step: number) => string {
  const times = timesOf(window);
  const { end, freq } = window;
  return (step) => {
    const before = times?.[step + window.rows.length - 1];
    if (step <= 0) return before === undefined ? String(step) : readable(before);
    const known = ahead?.[step - 1] ?? window.actualTimes?.[step - 1];
    const time = known ?? (end !== undefined && freq !== undefined ? stepped(end, freq, step) : undefined);
    return time === undefined ? `+${step}` : readable(time);
  };
}
