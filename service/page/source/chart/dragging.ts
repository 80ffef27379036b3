// Dragging a point of the history up and down, by mouse, pen or finger; elsewhere a drag zooms, as uPlot has it.

import type uPlot from "uplot";

export interface Dragging {
  /** A point is taken hold of, at a step. */
  onGrab: (step: number) => void;
  /** It is moved to a value. */
  onDrag: (step: number, value: number) => void;
  onDrop: (step: number) => void;
}

const REACH: Record<string, number> = { mouse: 12, pen: 16, touch: 26 };

export function letPointsBeDragged(plot: uPlot, history: () => (number | null)[], events: Dragging): void {
  const over = plot.over;
  let grabbed: number | undefined;

  /** The step of the nearest point within reach of a place on the screen. */
  const near = (clientX: number, clientY: number, kind: string): number | undefined => {
    const box = over.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    const reach = REACH[kind] ?? 12;
    const values = history();
    const from = Math.max(Math.ceil(plot.posToVal(x - reach, "x")), 1 - values.length);
    const to = Math.min(Math.floor(plot.posToVal(x + reach, "x")), 0);
    let best: { step: number; distance: number } | undefined;
    for (let step = from; step <= to; step++) {
      const value = values[step + values.length - 1];
      if (value == null) continue;
      const distance = Math.hypot(plot.valToPos(step, "x") - x, plot.valToPos(value, "y") - y);
      if (distance <= reach && (best === undefined || distance < best.distance)) best = { step, distance };
    }
    return best?.step;
  };

  over.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    grabbed = near(event.clientX, event.clientY, event.pointerType);
    if (grabbed === undefined) return;
    over.setPointerCapture(event.pointerId);
    events.onGrab(grabbed);
  });
  over.addEventListener("pointermove", (event) => {
    if (grabbed !== undefined) {
      events.onDrag(grabbed, plot.posToVal(event.clientY - over.getBoundingClientRect().top, "y"));
    } else if (event.pointerType === "mouse") {
      over.classList.toggle("grab", near(event.clientX, event.clientY, "mouse") !== undefined);
    }
  });
  const drop = (): void => {
    if (grabbed === undefined) return;
    const step = grabbed;
    grabbed = undefined;
    events.onDrop(step);
  };
  over.addEventListener("pointerup", drop);
  over.addEventListener("pointercancel", drop);
  // uPlot begins to zoom at this event, which comes after pointerdown.
  plot.root.addEventListener(
    "mousedown",
    (event) => {
      if (grabbed !== undefined) event.stopPropagation();
    },
    { capture: true },
  );
  // A finger on a point must not scroll the page as well.
  over.addEventListener(
    "touchstart",
    (event) => {
      const touch = event.touches[0];
      if (touch !== undefined && near(touch.clientX, touch.clientY, "touch") !== undefined) event.preventDefault();
    },
    { passive: false },
  );
}
