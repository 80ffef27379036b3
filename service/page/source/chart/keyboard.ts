// The chart by keyboard: arrows choose a step and change its value, plus and minus zoom.

import type { ForecastChart } from "./chart";

export interface KeyEvents {
  /** The step that is looked at now. */
  step: () => number;
  /** Change the value at the step looked at, by so many hundredths of the history's spread. */
  onNudge: (hundredths: number) => void;
}

export function letKeysMove(place: HTMLElement, chart: ForecastChart, events: KeyEvents): void {
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? 10 : 1;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => chart.look(events.step() - far),
      ArrowRight: () => chart.look(events.step() + far),
      Home: () => chart.look(-Infinity),
      End: () => chart.look(Infinity),
      ArrowUp: () => events.onNudge(far),
      ArrowDown: () => events.onNudge(-far),
      "+": () => chart.zoom(0.5),
      "-": () => chart.zoom(2),
      "0": () => chart.resetView(),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
