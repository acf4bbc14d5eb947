/** Colours of values and the scale of a legend. Pure. */
import { COLOUR_MAPS, ENTRIES } from "./colours";

export const DIVERGING = "vik";
const FALLBACK = "batlow";

/** RGBA bytes of a colour map, one texel an entry. */
export function colourBytes(name: string): Uint8Array {
  const hex = COLOUR_MAPS[name] ?? COLOUR_MAPS[FALLBACK] ?? "";
  const bytes = new Uint8Array(ENTRIES * 4);
  for (let i = 0; i < ENTRIES; i++) {
    for (let c = 0; c < 3; c++) {
      bytes[i * 4 + c] = Number.parseInt(hex.slice(i * 6 + c * 2, i * 6 + c * 2 + 2), 16);
    }
    bytes[i * 4 + 3] = 255;
  }
  return bytes;
}

/** Colour of a value as #rrggbb, between entries as the texture filter does it. */
export function colourAt(bytes: Uint8Array, t: number): string {
  const at = Math.max(0, Math.min(1, t)) * ENTRIES - 0.5;
  const i = Math.max(0, Math.min(ENTRIES - 1, Math.floor(at)));
  const j = Math.min(ENTRIES - 1, i + 1);
  const part = Math.max(0, Math.min(1, at - i));
  let hex = "#";
  for (let c = 0; c < 3; c++) {
    const mixed = (bytes[i * 4 + c] ?? 0) * (1 - part) + (bytes[j * 4 + c] ?? 0) * part;
    hex += Math.round(mixed).toString(16).padStart(2, "0");
  }
  return hex;
}

export interface Range {
  low: number;
  high: number;
}

/** A range for colours, and the least and the most that there is beyond it. */
export interface Seen extends Range {
  least: number;
  most: number;
}

/** Typical values span the colours, unless they are as good as one value. Pure. */
export function spanOf(full: Range, typical: readonly [number, number] | undefined): Seen {
  const whole = { ...full, least: full.low, most: full.high };
  if (!typical) return whole;
  const [low, high] = typical;
  if (high - low < 0.02 * (full.high - full.low)) return whole;
  // Amounts are read against nothing: zero stays zero.
  const fromZero = full.low >= 0 && low < 0.25 * high ? full.low : low;
  return { ...whole, low: fromZero, high };
}

/** Smallest of 1, 2, 2.5, 5 times a power of ten that is not below `size`. */
export function niceAbove(size: number): number {
  if (!(size > 0) || !Number.isFinite(size)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  const nice = [1, 2, 2.5, 5, 10].find((m) => m * power >= size * (1 - 1e-12)) ?? 10;
  return nice * power;
}

/** A range that can be divided by, also when all values are the same. */
export function usable(low: number | null, high: number | null): Range {
  const a = low ?? 0;
  const b = high ?? 1;
  if (b > a) return { low: a, high: b };
  const half = Math.max(Math.abs(a) * 0.5, 0.5);
  return { low: a - half, high: a + half };
}

/** Symmetric about zero, so that the middle of a diverging map is no change. */
export function symmetric(most: number): Range {
  const high = niceAbove(most);
  return { low: -high, high };
}

/** Round numbers within a range, at most `count` + 1 of them. */
export function ticks({ low, high }: Range, count = 4): number[] {
  const step = niceAbove((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const found: number[] = [];
  for (let i = first; i * step <= high + step * 1e-9; i++) found.push(i === 0 ? 0 : i * step);
  return found;
}
