/** Tiles to whole rasters that the shaders read. Pure; runs in the decoding worker. */
import { NO_DATA, type Tile } from "./protocol";

export const LAYER_TILE = 256;
/** Steepest gradient that the texture of normals holds. */
export const STEEPEST = 4;

/** A layer as it is on the screen: codes for people who ask, texels for the shader. */
export interface LayerRaster {
  rows: number;
  cols: number;
  scale: number;
  base: number;
  codes: Uint16Array;
  /** RGBA: low byte, high byte, 255 where there is data, spare. */
  texels: Uint8Array;
}

/** Heights in metres above the local origin, filled where unknown, and their slopes. */
export interface GroundRaster {
  rows: number;
  cols: number;
  heights: Float32Array;
  /** RGBA: slope east, slope south (signed square root), relief, 255 where surveyed. */
  slopes: Uint8Array;
  low: number;
  high: number;
}

/** Lay the tiles of one layer step side by side. */
export function assemble(tiles: readonly Tile[], rows: number, cols: number): LayerRaster {
  const codes = new Uint16Array(rows * cols).fill(NO_DATA);
  for (const tile of tiles) {
    const top = tile.tileY * LAYER_TILE;
    const left = tile.tileX * LAYER_TILE;
    const width = Math.min(tile.width, cols - left);
    for (let row = 0; row < tile.height && top + row < rows; row++) {
      const line = tile.codes.subarray(row * tile.width, row * tile.width + width);
      codes.set(line, (top + row) * cols + left);
    }
  }
  const first = tiles[0];
  const { scale, base } = first ?? { scale: 1, base: 0 };
  return { rows, cols, scale, base, codes, texels: texelsOf(codes) };
}

function texelsOf(codes: Uint16Array): Uint8Array {
  const texels = new Uint8Array(codes.length * 4);
  const words = new Uint32Array(texels.buffer);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    // Little-endian, as every machine with WebGL is: low, high, mask.
    words[i] = code === NO_DATA ? 0 : code | 0xff0000;
  }
  return texels;
}

/** Value at a cell of a raster in its own unit; null where there is none. */
export function valueAt(raster: LayerRaster, row: number, col: number): number | null {
  const code = raster.codes[row * raster.cols + col];
  return code === undefined || code === NO_DATA ? null : code * raster.scale + raster.base;
}

const BINS = 512;

function differenceAt(a: LayerRaster, b: LayerRaster, i: number): number {
  const p = a.codes[i] as number;
  const q = b.codes[i] as number;
  if (p === NO_DATA || q === NO_DATA) return 0;
  return Math.abs(p * a.scale + a.base - q * b.scale - b.base);
}

/**
 * |a - b| that one in twenty of the cells that differ exceeds, and the largest:
 * a few cells should not flatten all others.
 */
export function mostBetween(a: LayerRaster, b: LayerRaster): { most: number; largest: number } {
  let largest = 0;
  for (let i = 0; i < a.codes.length; i++) largest = Math.max(largest, differenceAt(a, b, i));
  const least = a.scale + b.scale; // less is not a difference but rounding
  if (largest <= least) return { most: largest, largest };
  const counts = new Uint32Array(BINS + 1);
  let differing = 0;
  for (let i = 0; i < a.codes.length; i++) {
    const d = differenceAt(a, b, i);
    if (d <= least) continue;
    differing++;
    const bin = Math.floor((d / largest) * BINS);
    counts[bin] = (counts[bin] as number) + 1;
  }
  let beyond = 0;
  for (let bin = BINS; bin >= 0; bin--) {
    beyond += counts[bin] as number;
    if (beyond > differing * 0.05) {
      return { most: (largest * Math.min(BINS, bin + 1)) / BINS, largest };
    }
  }
  return { most: largest, largest };
}

/** Heights of tiles whose last row and column belong to the next tile, at a stride. */
export function placeHeights(
  into: Float32Array,
  rows: number,
  cols: number,
  tile: Tile,
  minus: number,
  stride: number,
): void {
  const span = LAYER_TILE * stride;
  for (let row = 0; row < tile.height; row++) {
    const y = tile.tileY * span + row * stride;
    for (let col = 0; col < tile.width; col++) {
      const x = tile.tileX * span + col * stride;
      const code = tile.codes[row * tile.width + col] as number;
      if (code === NO_DATA) continue;
      const height = code * tile.scale + tile.base - minus;
      for (let j = y; j < Math.min(y + stride, rows); j++) {
        into.fill(height, j * cols + x, j * cols + Math.min(x + stride, cols));
      }
    }
  }
}

/** Fill NaN smoothly from what surrounds it: means of ever larger blocks, coarse to fine. */
export function fillGaps(heights: Float32Array, rows: number, cols: number): Float32Array {
  if (rows <= 1 && cols <= 1) {
    return Float32Array.from(heights, (h) => (Number.isNaN(h) ? 0 : h));
  }
  const r = Math.ceil(rows / 2);
  const c = Math.ceil(cols / 2);
  const half = new Float32Array(r * c);
  let gaps = false;
  for (let i = 0; i < r; i++) {
    for (let j = 0; j < c; j++) {
      let sum = 0;
      let n = 0;
      for (let k = 0; k < 4; k++) {
        const y = 2 * i + (k >> 1);
        const x = 2 * j + (k & 1);
        const h = y < rows && x < cols ? (heights[y * cols + x] as number) : Number.NaN;
        if (Number.isNaN(h)) {
          gaps ||= y < rows && x < cols;
          continue;
        }
        sum += h;
        n++;
      }
      half[i * c + j] = n ? sum / n : Number.NaN;
    }
  }
  if (!gaps) return heights.slice();
  const coarse = fillGaps(half, r, c);
  const filled = heights.slice();
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < cols; x++) {
      const at = y * cols + x;
      if (Number.isNaN(filled[at] as number))
        filled[at] = coarse[(y >> 1) * c + (x >> 1)] as number;
    }
  }
  return filled;
}

function encodeSlope(slope: number): number {
  const part = Math.sqrt(Math.min(Math.abs(slope), STEEPEST) / STEEPEST);
  return Math.round((slope < 0 ? -part : part) * 127) + 128;
}

/** Mean over a square of 2 * radius + 1 cells, clipped at the border. */
export function boxMean(
  values: Float32Array,
  rows: number,
  cols: number,
  radius: number,
): Float32Array {
  const across = new Float32Array(values.length);
  runningMean(values, across, { lines: rows, length: cols, line: cols, next: 1, radius });
  const both = new Float32Array(values.length);
  runningMean(across, both, { lines: cols, length: rows, line: 1, next: cols, radius });
  return both;
}

interface Lines {
  lines: number;
  length: number;
  line: number;
  next: number;
  radius: number;
}

function runningMean(from: Float32Array, to: Float32Array, how: Lines): void {
  const { lines, length, line, next, radius } = how;
  for (let l = 0; l < lines; l++) {
    const start = l * line;
    let sum = 0;
    let n = 0;
    for (let i = 0; i < Math.min(radius, length); i++, n++) sum += from[start + i * next] as number;
    for (let i = 0; i < length; i++) {
      if (i + radius < length) {
        sum += from[start + (i + radius) * next] as number;
        n++;
      }
      if (i - radius - 1 >= 0) {
        sum -= from[start + (i - radius - 1) * next] as number;
        n--;
      }
      to[start + i * next] = sum / n;
    }
  }
}

/** What the terrain shader needs of heights with gaps; `texel` is the spacing in metres. */
export function groundOf(
  heights: Float32Array,
  rows: number,
  cols: number,
  texel: number,
): GroundRaster {
  const filled = fillGaps(heights, rows, cols);
  const around = boxMean(filled, rows, cols, Math.max(2, Math.round(24 / texel)));
  const slopes = new Uint8Array(rows * cols * 4);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let y = 0; y < rows; y++) {
    const north = Math.max(0, y - 1);
    const south = Math.min(rows - 1, y + 1);
    for (let x = 0; x < cols; x++) {
      const west = Math.max(0, x - 1);
      const east = Math.min(cols - 1, x + 1);
      const at = y * cols + x;
      const h = filled[at] as number;
      const dx =
        ((filled[y * cols + east] as number) - (filled[y * cols + west] as number)) /
        (Math.max(1, east - west) * texel);
      const dy =
        ((filled[south * cols + x] as number) - (filled[north * cols + x] as number)) /
        (Math.max(1, south - north) * texel);
      slopes[at * 4] = encodeSlope(dx);
      slopes[at * 4 + 1] = encodeSlope(dy);
      const relief = (h - (around[at] as number)) / 12;
      slopes[at * 4 + 2] = Math.round(128 + 127 * Math.max(-1, Math.min(1, relief)));
      if (Number.isNaN(heights[at] as number)) continue;
      slopes[at * 4 + 3] = 255;
      if (h < low) low = h;
      if (h > high) high = h;
    }
  }
  if (low > high) [low, high] = [0, 0];
  return { rows, cols, heights: filled, slopes, low, high };
}

/** FNV-1a over the codes: the same picture has the same number. */
export function checksum(codes: Uint16Array): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < codes.length; i++) hash = Math.imul(hash ^ (codes[i] as number), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
