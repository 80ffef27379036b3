// The times of a window's rows, for reading: as they came, or counted back from the last one.

import type { SeriesWindow } from "./window";

const MINUTES: Record<string, number> = { s: 1 / 60, m: 1, h: 60, d: 1440, w: 10_080 };
const MONTHS: Record<string, number> = { mo: 1, q: 3, y: 12 };

/** Each row's time, or undefined where nothing tells times. */
export function timesOf(window: SeriesWindow): string[] | undefined {
  if (window.timestamps !== undefined) return window.timestamps;
  const { end, freq } = window;
  const count = window.rows.length;
  if (end === undefined || freq === undefined) return undefined;
  const texts = Array.from({ length: count }, (_, index) => stepped(end, freq, index - count + 1));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** A time so many steps from another, on the same clock and written alike; undefined where the texts can't be read. */
export function stepped(time: string, freq: string, steps: number): string | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)[\d.]*)?(Z|[+-]\d\d:?\d\d)?$/.exec(time);
  const at = parts === null ? NaN : Date.parse(`${parts[1]}T${parts[2] ?? "00:00"}Z`);
  if (parts === null || Number.isNaN(at)) return undefined;
  const moved = new Date(at);
  for (const [, count, unit] of freq.matchAll(/(\d+)([a-z]+)/g)) {
    const months = MONTHS[unit ?? ""];
    const minutes = MINUTES[unit ?? ""];
    if (months !== undefined) moved.setUTCMonth(moved.getUTCMonth() + steps * Number(count) * months);
    else if (minutes !== undefined) moved.setTime(moved.getTime() + steps * Number(count) * minutes * 60_000);
    else return undefined;
  }
  const text = moved.toISOString();
  return parts[2] === undefined ? text.slice(0, 10) : text.slice(0, 16) + (parts[3] ?? "");
}

/** A time as people read it: without seconds that are 0, and without an offset. */
export function readable(time: string): string {
  return time
    .replace(/([T ]\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/, "$1")
    .replace("T", " ")
    .replace(/ 00:00$/, " 00:00");
}
