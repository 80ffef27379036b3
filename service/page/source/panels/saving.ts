// The forecast as files: its values as CSV, the chart as PNG.

import type { Picture } from "../chart/picture";
import { firstStep, lastStep } from "../chart/picture";
import { color } from "../chart/colors";

/** One row for each step; `name` is the column's. */
export function asCsv(picture: Picture, name: string): string {
  const head = ["step", "time", name, "forecast"];
  for (const band of picture.bands) head.push(`lower ${band.level}`, `upper ${band.level}`);
  for (const other of picture.others) head.push(other.name);
  const lines = [head];
  for (let step = firstStep(picture); step <= lastStep(picture); step++) {
    const ahead = step - 1;
    const values: (number | null | undefined)[] = [
      step > 0 ? picture.actual[ahead] : picture.history[step - firstStep(picture)],
      picture.forecast[ahead],
      ...picture.bands.flatMap((band) => [band.lower[ahead], band.upper[ahead]]),
      ...picture.others.map((other) => other.values[ahead]),
    ];
    lines.push([String(step), picture.label(step), ...values.map((value) => (value == null ? "" : String(value)))]);
  }
  return lines.map((line) => line.map(quoted).join(",") + "\r\n").join("");
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The chart with its title above and its legend below. */
export function asPng(chart: HTMLCanvasElement, title: string, legend: [name: string, hex: string][]): Promise<Blob> {
  const scale = devicePixelRatio;
  const canvas = document.createElement("canvas");
  canvas.width = chart.width;
  canvas.height = chart.height + 74 * scale;
  const context = canvas.getContext("2d");
  if (context === null) return Promise.reject(new Error("the browser gives no canvas"));
  context.fillStyle = color("surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = color("text");
  context.font = `600 ${16 * scale}px system-ui, sans-serif`;
  context.fillText(title, 12 * scale, 26 * scale);
  context.drawImage(chart, 0, 40 * scale);
  context.font = `${13 * scale}px system-ui, sans-serif`;
  let x = 12 * scale;
  const y = canvas.height - 12 * scale;
  for (const [name, hex] of legend) {
    context.fillStyle = hex;
    context.fillRect(x, y - 9 * scale, 16 * scale, 8 * scale);
    context.fillStyle = color("text");
    context.fillText(name, x + 22 * scale, y);
    x += context.measureText(name).width + 40 * scale;
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error("the browser drew nothing")) : resolve(blob)), "image/png");
  });
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
