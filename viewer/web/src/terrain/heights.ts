/** Heights for people: the ground at a place, and where a line of sight meets it. Pure. */
import type { GroundRaster } from "../raster";

/** Where, and whether the place was surveyed. */
export interface Hit {
  x: number;
  y: number;
  z: number;
}

export class HeightField {
  constructor(
    readonly ground: GroundRaster,
    readonly texel: number,
  ) {}

  get halfWidth(): number {
    return (this.ground.cols * this.texel) / 2;
  }

  get halfHeight(): number {
    return (this.ground.rows * this.texel) / 2;
  }

  /** Height above the local origin between the texels around a place. */
  at(x: number, y: number): number {
    const { rows, cols, heights } = this.ground;
    const c = Math.max(0, Math.min(cols - 1, x / this.texel + cols / 2 - 0.5));
    const r = Math.max(0, Math.min(rows - 1, rows / 2 - y / this.texel - 0.5));
    const c0 = Math.floor(c);
    const r0 = Math.floor(r);
    const c1 = Math.min(cols - 1, c0 + 1);
    const r1 = Math.min(rows - 1, r0 + 1);
    const u = c - c0;
    const north = (heights[r0 * cols + c0] ?? 0) * (1 - u) + (heights[r0 * cols + c1] ?? 0) * u;
    const south = (heights[r1 * cols + c0] ?? 0) * (1 - u) + (heights[r1 * cols + c1] ?? 0) * u;
    return north + (south - north) * (r - r0);
  }

  /** True on the grid where the ground was surveyed. */
  known(x: number, y: number): boolean {
    const { rows, cols, slopes } = this.ground;
    const col = Math.floor(x / this.texel + cols / 2);
    const row = Math.floor(rows / 2 - y / this.texel);
    if (col < 0 || row < 0 || col >= cols || row >= rows) return false;
    return slopes[(row * cols + col) * 4 + 3] === 255;
  }

  /** First place where a ray goes under the ground, its heights drawn `up` times as high. */
  meet(from: Hit, towards: Hit, up: number): Hit | null {
    const step = this.texel * 0.5;
    const reach = 4 * (this.halfWidth + this.halfHeight) + Math.hypot(from.x, from.y, from.z);
    let before = 0;
    for (let t = 0; t < reach; t += step) {
      const x = from.x + towards.x * t;
      const y = from.y + towards.y * t;
      if (this.known(x, y) && from.z + towards.z * t <= this.at(x, y) * up) {
        return this.refine(from, towards, up, before, t);
      }
      before = t;
    }
    return null;
  }

  private refine(from: Hit, towards: Hit, up: number, above: number, below: number): Hit {
    let a = above;
    let b = below;
    for (let i = 0; i < 20; i++) {
      const t = (a + b) / 2;
      const under =
        from.z + towards.z * t <= this.at(from.x + towards.x * t, from.y + towards.y * t) * up;
      if (under) b = t;
      else a = t;
    }
    const x = from.x + towards.x * b;
    const y = from.y + towards.y * b;
    return { x, y, z: this.at(x, y) };
  }
}
