// The chosen point's value as a number to type, and the way back to the values as they came.

import { firstStep, type Picture } from "../chart/picture";
import { byId } from "../dom";

export interface PointEvents {
  onValue: (step: number, value: number) => void;
  onRestore: () => void;
}

export class PointPanel {
  private readonly field = byId("point-value", HTMLInputElement);
  private readonly label = byId("point-label", HTMLElement);
  private readonly restore = byId("restore", HTMLButtonElement);
  private step: number | undefined;

  constructor(events: PointEvents) {
    this.field.addEventListener("input", () => {
      const value = this.field.valueAsNumber;
      if (this.step !== undefined && Number.isFinite(value)) events.onValue(this.step, value);
    });
    this.restore.addEventListener("click", () => events.onRestore());
  }

  choose(step: number | undefined): void {
    this.step = step;
    this.field.disabled = step === undefined;
    if (step === undefined) {
      this.field.value = "";
      this.label.textContent = "Value of the chosen point";
    }
  }

  show(picture: Picture, moved: boolean): void {
    this.restore.disabled = !moved;
    if (this.step === undefined) return;
    this.label.textContent = `Value at ${picture.label(this.step)}`;
    const value = picture.history[this.step - firstStep(picture)];
    if (document.activeElement !== this.field) this.field.value = value == null ? "" : String(value);
  }
}
