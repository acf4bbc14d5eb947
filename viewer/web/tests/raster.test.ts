import { describe, expect, test } from "vitest";
import { CODEC_SHUFFLE, NO_DATA, type Tile } from "../src/protocol";
import {
  assemble,
  boxMean,
  checksum,
  fillGaps,
  groundOf,
  mostBetween,
  placeHeights,
  valueAt,
} from "../src/raster";
import { HeightField } from "../src/terrain/heights";

function tile(tileX: number, tileY: number, width: number, height: number, code: number): Tile {
  return {
    layer: 0, run: 0, step: 0, time: 0, tileX, tileY, width, height, level: 0,
    codec: CODEC_SHUFFLE, keyframe: true, kind: 0, offset: 0, scale: 0.5, base: 10,
    baseStep: 0, payloadBytes: 0, codes: new Uint16Array(width * height).fill(code),
  }; // biome-ignore format: a header in few lines
}

test("tiles stand side by side, north first, and codes become values", () => {
  const raster = assemble([tile(0, 0, 256, 256, 4), tile(1, 0, 44, 256, 6)], 256, 300);

  expect(valueAt(raster, 0, 0)).toBe(12);
  expect(valueAt(raster, 255, 299)).toBe(13);
  expect([...raster.texels.slice(0, 4)]).toEqual([4, 0, 255, 0]);
});

test("no data has no value and an empty mask", () => {
  const raster = assemble([tile(0, 0, 2, 1, NO_DATA)], 1, 2);

  expect(valueAt(raster, 0, 0)).toBeNull();
  expect([...raster.texels.slice(0, 4)]).toEqual([0, 0, 0, 0]);
});

test("the largest difference uses each run's own scale", () => {
  const a = assemble([tile(0, 0, 2, 1, 100)], 1, 2);
  const b = { ...assemble([tile(0, 0, 2, 1, 10)], 1, 2), scale: 1, base: 0 };

  expect(mostBetween(a, b).most).toBeCloseTo(50); // 100 * 0.5 + 10 - 10
});

test("one wild cell in a thousand does not set the range of a difference", () => {
  const codes = new Uint16Array(1000).fill(100);
  const flat = { ...assemble([], 1, 1000), codes: new Uint16Array(1000) };
  codes[3] = 60_000;

  const found = mostBetween({ ...flat, codes }, flat);

  expect(found.most).toBeLessThan(400);
  expect(found.largest).toBe(60_000);
});

test("the checksum tells pictures apart", () => {
  expect(checksum(Uint16Array.of(1, 2))).not.toBe(checksum(Uint16Array.of(2, 1)));
});

describe("ground", () => {
  test("a coarse tile fills blocks of the raster", () => {
    const into = new Float32Array(4 * 4).fill(Number.NaN);
    placeHeights(into, 4, 4, tile(0, 0, 2, 2, 2), 1, 2);

    expect([...new Set(into)]).toEqual([10]); // 2 * 0.5 + 10 - 1
  });

  test("gaps are filled from around them and nothing else changes", () => {
    const heights = Float32Array.from([1, 1, 1, 1, Number.NaN, 1, 1, 1, 1]);

    expect([...fillGaps(heights, 3, 3)]).toEqual(new Array(9).fill(1));
  });

  test("a running mean equals the mean of the square around a cell", () => {
    const values = Float32Array.from({ length: 25 }, (_, i) => i);
    const middle = boxMean(values, 5, 5, 1)[12];

    expect(middle).toBeCloseTo((6 + 7 + 8 + 11 + 12 + 13 + 16 + 17 + 18) / 9, 5);
  });

  test("a plane has one slope, and lines of sight meet it where they should", () => {
    const rows = 20;
    const cols = 30;
    const plane = Float32Array.from({ length: rows * cols }, (_, i) => (i % cols) * 2);
    const ground = groundOf(plane, rows, cols, 2); // rises 1 m a metre eastwards
    const decoded = (byte: number) => 4 * ((byte - 128) / 127) * Math.abs((byte - 128) / 127);
    const at = (10 * cols + 15) * 4;

    expect(decoded(ground.slopes[at] as number)).toBeCloseTo(1, 1);
    expect(decoded(ground.slopes[at + 1] as number)).toBe(0);
    const field = new HeightField(ground, 2);
    expect(field.at(1, 0)).toBeCloseTo(30, 4); // column 15 is centred on x = 1
    const hit = field.meet({ x: 5, y: 3, z: 500 }, { x: 0, y: 0, z: -1 }, 1);
    expect(hit?.z).toBeCloseTo(field.at(5, 3), 2);
    expect(field.meet({ x: 5, y: 3, z: 500 }, { x: 0, y: 0, z: 1 }, 1)).toBeNull();
  });
});
