// How far to forecast, and which bands to draw.

import { furthest, levelsOf } from "../api/request";
import type { Card } from "../api/shapes";
import type { SeriesWindow } from "../data/window";
import { byId, make } from "../dom";

const MOST = 10_000; // the service's own bound, unless it is set otherwise
const SHOWN_FIRST = ["80", "95"];

export class HorizonPanel {
  private readonly slider = byId("horizon", HTMLInputElement);
  private readonly number = byId("horizon-number", HTMLInputElement);
  private readonly levels = byId("levels", HTMLElement);
  private card: Card | undefined;

  constructor(private readonly onChange: () => void) {
    this.slider.addEventListener("input", () => {
      this.number.value = this.slider.value;
      this.changed();
    });
    this.number.addEventListener("input", () => {
      if (!(Number(this.number.value) >= 1)) return; // still being typed
      this.slider.value = this.number.value;
      this.changed();
    });
  }

  get horizon(): number {
    return Math.max(1, Math.floor(Number(this.number.value) || 1));
  }

  /** The levels that are asked for; none beyond the steps that bands are calibrated for. */
  get chosenLevels(): number[] {
    const known = this.card === undefined ? [] : levelsOf(this.card, this.horizon);
    return this.boxes().filter((box) => box.checked && known.includes(Number(box.value))).map((box) => Number(box.value));
  }

  /** Offer what a version can do: at first the horizon that it was measured at. */
  use(card: Card): void {
    this.card = card;
    const measured = card.calibration?.horizon ?? card.backtest?.horizon ?? card.example.horizon;
    this.number.value = String(Math.min(measured, 96));
    this.slider.max = String(Math.max(2 * measured, 24));
    this.slider.value = this.number.value;
    this.levels.replaceChildren(
      ...levelsOf(card, 1).map((level) => {
        const box = make("input", { type: "checkbox", value: String(level), checked: SHOWN_FIRST.includes(String(level)) });
        box.addEventListener("change", () => this.onChange());
        return make("label", {}, box, `${level} %`);
      }),
    );
    this.tell();
  }

  /** Go no further than a window allows. */
  limit(window: SeriesWindow): void {
    const card = this.card;
    if (card === undefined) return;
    const most = furthest(card, window);
    const measured = card.calibration?.horizon ?? card.backtest?.horizon ?? card.example.horizon;
    this.slider.max = String(most ?? Math.max(2 * measured, 24, Math.min(this.horizon, MOST)));
    this.number.max = String(most ?? MOST);
    if (most !== undefined && this.horizon > most) this.number.value = String(most);
    this.slider.value = this.number.value;
    this.tell(most);
  }

  private changed(): void {
    this.tell(this.number.max === String(MOST) ? undefined : Number(this.number.max));
    this.onChange();
  }

  private tell(most?: number): void {
    const card = this.card;
    if (card === undefined) return;
    const hint = byId("horizon-hint", HTMLElement);
    if (most === 1 && card.targets.length < card.features.length) {
      hint.textContent = "This model forecasts one step: it can't go on without values of all its columns.";
    } else if (most !== undefined) {
      hint.textContent = `At most ${most}: what this model needs beside the series is known no further.`;
    } else {
      hint.textContent = "";
    }
    const calibration = card.calibration;
    const beyond = calibration !== null && this.horizon > calibration.horizon;
    byId("levels-field", HTMLElement).hidden = false;
    for (const box of this.boxes()) box.disabled = beyond;
    byId("levels-hint", HTMLElement).textContent =
      calibration === null
        ? "This model has no bands: it was published without calibration."
        : beyond
          ? `Bands are known for ${calibration.horizon} steps; ask for no more to see them.`
          : "";
  }

  private boxes(): HTMLInputElement[] {
    return [...this.levels.querySelectorAll("input")];
  }
}
