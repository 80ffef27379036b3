// The chart of a window and its forecasts: drawing, zooming, and the step that is looked at.

import uPlot from "uplot";
import { axesOf, bandsOf, lineColors, seriesOf } from "./options";
import { color, onThemeChange } from "./colors";
import { letPointsBeDragged, type Dragging } from "./dragging";
import { columnsOf, firstStep, lastStep, type Picture } from "./picture";

export interface ChartEvents extends Dragging {
  /** Somebody looks at a step; undefined where at none. */
  onLook: (step: number | undefined) => void;
}

export class ForecastChart {
  private plot: uPlot | undefined;
  private form = "";
  private zoomed = false;
  private picture: Picture | undefined;
  private chosen: number | undefined;

  constructor(
    private readonly place: HTMLElement,
    private readonly events: ChartEvents,
  ) {
    new ResizeObserver(() => this.fit()).observe(place);
    onThemeChange(() => this.rebuild());
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.plot?.ctx.canvas;
  }

  /** Draw a picture. While a point is dragged the axes stay, so that it stays under the finger. */
  draw(picture: Picture, dragged = false): void {
    this.picture = picture;
    const form = `${picture.bands.length} ${picture.others.length}`;
    if (this.plot === undefined || form !== this.form) {
      this.form = form;
      this.rebuild();
      return;
    }
    const { min, max } = this.plot.scales["x"] ?? {};
    this.plot.setData(columnsOf(picture), false);
    if (dragged) this.plot.redraw(false);
    else if (this.zoomed && min != null && max != null) this.show(min, max);
    else this.show(...this.nearView());
  }

  /** Look at the newest part again, as with a new window. */
  resetView(): void {
    this.zoomed = false;
    if (this.picture !== undefined) this.show(...this.nearView());
  }

  showAll(): void {
    if (this.picture === undefined) return;
    this.zoomed = true;
    this.show(firstStep(this.picture), lastStep(this.picture));
  }

  /** Show more (above 1) or less of the steps, around what is looked at or the window's end. */
  zoom(factor: number): void {
    const { min, max } = this.plot?.scales["x"] ?? {};
    if (this.picture === undefined || min == null || max == null) return;
    const inside = this.chosen !== undefined && this.chosen >= min && this.chosen <= max;
    const center = inside ? (this.chosen ?? 0) : Math.min(Math.max(0, min), max);
    const from = Math.max(firstStep(this.picture), center - (center - min) * factor);
    const to = Math.min(lastStep(this.picture), center + (max - center) * factor);
    if (to - from < 4) return;
    this.zoomed = true;
    this.show(from, to);
  }

  /** Look at a step, as the keyboard does; it is brought into view. */
  look(step: number): void {
    const plot = this.plot;
    if (plot === undefined || this.picture === undefined) return;
    const at = Math.min(Math.max(step, firstStep(this.picture)), lastStep(this.picture));
    const { min, max } = plot.scales["x"] ?? {};
    if (min != null && max != null && (at < min || at > max)) {
      this.zoomed = true;
      const shift = at < min ? at - min : at - max;
      this.show(min + shift, max + shift);
    }
    this.choose(at);
    plot.setCursor({ left: plot.valToPos(at, "x"), top: plot.bbox.height / devicePixelRatio / 2 }, false);
    plot.redraw(false);
    this.events.onLook(at);
  }

  /** Mark the point whose value can be changed; undefined for none. */
  choose(step: number | undefined): void {
    this.chosen = step;
    if (step === undefined) this.plot?.setCursor({ left: -10, top: -10 }, false);
  }

  private show(min: number, max: number): void {
    this.plot?.setScale("x", { min, max });
  }

  /** The horizon and four times as much before it. */
  private nearView(): [number, number] {
    const picture = this.picture as Picture;
    const last = lastStep(picture);
    return [Math.max(firstStep(picture), -Math.max(4 * last, 60)), last];
  }

  private fit(): void {
    if (this.plot !== undefined) this.plot.setSize(this.size());
  }

  private size(): { width: number; height: number } {
    const width = Math.max(200, Math.floor(this.place.clientWidth));
    return { width, height: width < 500 ? 280 : 380 };
  }

  private rebuild(): void {
    const picture = this.picture;
    if (picture === undefined) return;
    const { min, max } = this.plot?.scales["x"] ?? {};
    this.plot?.destroy();
    const label = (step: number): string => this.picture?.label(step) ?? "";
    const options: uPlot.Options = {
      ...this.size(),
      legend: { show: false },
      scales: { x: { time: false, auto: false, ...this.range(min, max) } },
      series: seriesOf(picture),
      bands: bandsOf(picture),
      axes: axesOf(label),
      padding: [12, 36, 0, 0],
      cursor: {
        y: false,
        drag: { x: true, y: false, dist: 8 },
        points: { size: 7, fill: (_, index) => lineColors(picture)[index] ?? "" },
        bind: { dblclick: () => () => this.back() },
      },
      hooks: {
        setCursor: [(plot) => this.hovered(plot)],
        setSelect: [(plot) => (this.zoomed ||= plot.select.width > 0)],
        draw: [(plot) => this.markChosen(plot)],
      },
    };
    this.plot = new uPlot(options, columnsOf(picture), this.place);
    letPointsBeDragged(this.plot, () => this.picture?.history ?? [], this.events);
  }

  private back(): null {
    this.resetView();
    return null;
  }

  private range(min: number | null | undefined, max: number | null | undefined): { min: number; max: number } {
    if (this.zoomed && min != null && max != null) return { min, max };
    const [from, to] = this.nearView();
    return { min: from, max: to };
  }

  private hovered(plot: uPlot): void {
    const index = plot.cursor.idx;
    if (index != null && (plot.cursor.left ?? -1) >= 0) this.events.onLook(plot.data[0][index]);
  }

  private markChosen(plot: uPlot): void {
    const value = this.chosen === undefined ? null : this.picture?.history[this.chosen - firstStep(this.picture)];
    const { min, max } = plot.scales["x"] ?? {};
    if (this.chosen === undefined || value == null || min == null || max == null) return;
    if (this.chosen < min || this.chosen > max) return;
    const context = plot.ctx;
    context.save();
    context.beginPath();
    context.arc(plot.valToPos(this.chosen, "x", true), plot.valToPos(value, "y", true), 7 * devicePixelRatio, 0, 7);
    context.fillStyle = color("history");
    context.fill();
    context.lineWidth = 2 * devicePixelRatio;
    context.strokeStyle = color("surface");
    context.stroke();
    context.restore();
  }
}
