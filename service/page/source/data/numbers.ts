// Reading numbers that people type, paste or keep in files.

const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "-", "."]);

export function isMissing(text: string): boolean {
  return MISSING.has(text.trim().toLowerCase());
}

/** A number, also with a decimal comma where that is how the text writes it; undefined where it is none. */
export function parseNumber(text: string, decimalComma = false): number | undefined {
  let plain = text.trim();
  if (decimalComma) plain = plain.replace(",", ".");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** As few digits as tell values of this spread apart. */
export function roundTo(value: number, spread: number): number {
  if (!(spread > 0)) return value;
  const unit = 10 ** (Math.floor(Math.log10(spread)) - 3);
  // 0.1 and the like have no exact form: dividing by a whole number keeps the digits short.
  return unit < 1 ? Math.round(value * Math.round(1 / unit)) / Math.round(1 / unit) : Math.round(value / unit) * unit;
}

/** For people: five digits, without noise. */
export function shown(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  return String(Number(value.toPrecision(size >= 1e5 ? 7 : 5)));
}
