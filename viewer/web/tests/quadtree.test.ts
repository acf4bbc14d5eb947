import { describe, expect, test } from "vitest";
import {
  type Extent,
  type Eye,
  MOST_PATCHES,
  PATCH,
  rootStride,
  select,
} from "../src/terrain/quadtree";

const extent: Extent = { rows: 300, cols: 500, texel: 5, low: 0, high: 50 };
const everything = () => true;
const eyeAt = (z: number): Eye => ({ x: 0, y: 0, z, pixelsPerRadian: 1000 });

/** How often each texel square is covered. */
function coverage(eye: Eye, pixels: number): Set<number> {
  const out = new Float32Array(MOST_PATCHES * 3);
  const n = select(out, extent, eye, pixels, everything);
  const times = new Uint8Array((extent.rows - 1) * (extent.cols - 1));
  for (let i = 0; i < n; i++) {
    const [col = 0, row = 0, stride = 1] = out.subarray(i * 3, i * 3 + 3);
    for (let y = row; y < Math.min(row + PATCH * stride, extent.rows - 1); y++) {
      for (let x = col; x < Math.min(col + PATCH * stride, extent.cols - 1); x++) {
        const at = y * (extent.cols - 1) + x;
        times[at] = (times[at] ?? 0) + 1;
      }
    }
  }
  return new Set(times);
}

describe("patches", () => {
  test.each([50, 800, 3000, 40_000])("cover the ground once from %d m", (z) => {
    expect(coverage(eyeAt(z), 4)).toEqual(new Set([1]));
  });

  test("are finest below the eye and one from far away", () => {
    const out = new Float32Array(MOST_PATCHES * 3);

    const near = select(out, extent, eyeAt(60), 4, everything);
    expect(Math.min(...out.subarray(0, near * 3).filter((_, i) => i % 3 === 2))).toBe(1);
    expect(select(out, extent, eyeAt(1e6), 4, everything)).toBe(1);
    expect(out[2]).toBe(rootStride(extent));
  });

  test("that cannot be seen are left out", () => {
    const out = new Float32Array(MOST_PATCHES * 3);

    expect(select(out, extent, eyeAt(60), 4, () => false)).toBe(0);
  });
});
