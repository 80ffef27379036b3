// The chart's colours, as style.css has them for light and dark.

export type ColorName = "history" | "actual" | "forecast" | "text" | "muted" | "grid" | "surface" | `other-${number}`;

const OTHERS = 5;

export function color(name: ColorName): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function otherColor(index: number): string {
  return color(`other-${(index % OTHERS) + 1}`);
}

/** A hexadecimal colour, let through by so much. */
export function faded(hex: string, opacity: number): string {
  return hex + Math.round(opacity * 255).toString(16).padStart(2, "0");
}

/** Calls back when the system changes between light and dark. */
export function onThemeChange(redraw: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
