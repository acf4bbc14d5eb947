/**
 * Which patches of the ground to draw, and how finely. Pure; allocates nothing per frame.
 *
 * A patch has PATCH x PATCH quads with `stride` texels of the raster between them. Patches
 * are split while their texels look wider than `pixels` from where the eye is.
 */
export const PATCH = 64;
export const MOST_PATCHES = 1024;

export interface Eye {
  x: number;
  y: number;
  z: number;
  /** Pixels that one metre covers at a distance of one metre. */
  pixelsPerRadian: number;
}

export interface Extent {
  rows: number;
  cols: number;
  texel: number;
  low: number;
  high: number;
}

/** Refuses a box that cannot be seen: west, south, bottom, east, north, top. */
export type Sees = (
  x0: number,
  y0: number,
  z0: number,
  x1: number,
  y1: number,
  z1: number,
) => boolean;

/** Stride of the root patch: one patch covers the whole raster. */
export function rootStride({ rows, cols }: Extent): number {
  let stride = 1;
  while (PATCH * stride < Math.max(rows, cols) - 1) stride *= 2;
  return stride;
}

/** Column, row and stride of each patch into `out`; returns how many. */
export function select(
  out: Float32Array,
  extent: Extent,
  eye: Eye,
  pixels: number,
  sees: Sees,
): number {
  return visit(out, 0, 0, 0, rootStride(extent), extent, eye, pixels, sees);
}

function visit(
  out: Float32Array,
  count: number,
  col: number,
  row: number,
  stride: number,
  extent: Extent,
  eye: Eye,
  pixels: number,
  sees: Sees,
): number {
  const { rows, cols, texel, low, high } = extent;
  if (col >= cols - 1 || row >= rows - 1 || count >= MOST_PATCHES) return count;
  const span = PATCH * stride;
  const x0 = (col + 0.5 - cols / 2) * texel;
  const x1 = (Math.min(col + span, cols - 1) + 0.5 - cols / 2) * texel;
  const y1 = (rows / 2 - row - 0.5) * texel;
  const y0 = (rows / 2 - Math.min(row + span, rows - 1) - 0.5) * texel;
  if (!sees(x0, y0, low, x1, y1, high)) return count;
  const far = Math.max(
    Math.hypot(
      Math.max(x0 - eye.x, 0, eye.x - x1),
      Math.max(y0 - eye.y, 0, eye.y - y1),
      Math.max(low - eye.z, 0, eye.z - high),
    ),
    1e-3,
  );
  if (stride === 1 || (stride * texel * eye.pixelsPerRadian) / far <= pixels) {
    out[count * 3] = col;
    out[count * 3 + 1] = row;
    out[count * 3 + 2] = stride;
    return count + 1;
  }
  const half = stride / 2;
  const step = PATCH * half;
  let n = count;
  // Nearest first: what is behind is then refused before it is shaded.
  const east = eye.x > (x0 + x1) / 2 ? 1 : 0;
  const south = eye.y < (y0 + y1) / 2 ? 1 : 0;
  for (let i = 0; i < 4; i++) {
    const dx = (i & 1) ^ east;
    const dy = (i >> 1) ^ south;
    n = visit(out, n, col + dx * step, row + dy * step, half, extent, eye, pixels, sees);
  }
  return n;
}
