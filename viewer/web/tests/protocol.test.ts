import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  FrameDecoder,
  HEADER_BYTES,
  ProtocolError,
  parseMessage,
  readHeader,
  tileKey,
  unpack,
  valuesOf,
} from "../src/protocol";

const GOLDEN = join(__dirname, "../../../tests/viewer_server/golden");

interface Golden {
  header: Record<string, number>;
  sent: number[];
  codes: number[];
  values: (number | null)[];
}

function bytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(GOLDEN, `${name}.bin`)));
}

function golden(name: string): Golden {
  return JSON.parse(readFileSync(join(GOLDEN, `${name}.json`), "utf-8")) as Golden;
}

const names = readdirSync(GOLDEN)
  .filter((f) => f.endsWith(".json"))
  .map((f) => f.slice(0, -5));

describe("golden frames", () => {
  it.each(names)("%s decodes to what pytest reads from it", async (name) => {
    const told = golden(name);
    const decoder = new FrameDecoder();
    if (told.header.keyframe === 0) await decoder.push(bytes("keyframe"));

    const raw = await unpack(bytes(name));
    const tile = await decoder.push(bytes(name));

    expect([...raw.codes]).toEqual(told.sent);
    expect([...tile.codes]).toEqual(told.codes);
    const values = [...valuesOf(tile)].map((v) => (Number.isNaN(v) ? null : v));
    expect(values).toEqual(told.values.map((v) => (v === null ? null : Math.fround(v))));
    const h = told.header;
    expect([tile.layer, tile.run, tile.step, tile.time]).toEqual([h.layer, h.run, h.step, h.time]);
    expect([tile.tileX, tile.tileY, tile.width, tile.height]).toEqual([
      h.tile_x,
      h.tile_y,
      h.width,
      h.height,
    ]);
    expect([tile.level, tile.codec, tile.keyframe, tile.kind]).toEqual([
      h.level,
      h.codec,
      h.keyframe === 1,
      h.kind,
    ]);
    expect([tile.offset, tile.scale, tile.base, tile.baseStep]).toEqual([
      h.offset,
      h.scale,
      h.base,
      h.base_step,
    ]);
  });

  it("are there", () => {
    expect(names.length).toBeGreaterThanOrEqual(6);
  });
});

function spoiled(change: (at: DataView) => void): Uint8Array {
  const copy = bytes("keyframe").slice();
  change(new DataView(copy.buffer));
  return copy;
}

describe("a frame that lies is refused", () => {
  const lies: [string, (at: DataView) => void][] = [
    ["magic", (at) => at.setUint32(0, 0, true)],
    ["version", (at) => at.setUint16(4, 2, true)],
    ["no width", (at) => at.setUint16(28, 0, true)],
    ["huge height", (at) => at.setUint16(30, 2000, true)],
    ["codec", (at) => at.setUint8(33, 9)],
    ["keyframe and delta", (at) => at.setUint8(34, 0)],
    ["flags", (at) => at.setUint8(34, 5)],
    ["kind", (at) => at.setUint8(35, 2)],
    ["scale NaN", (at) => at.setFloat64(40, Number.NaN, true)],
    ["scale zero", (at) => at.setFloat64(40, 0, true)],
    ["base", (at) => at.setFloat64(48, Number.POSITIVE_INFINITY, true)],
    ["payload bytes", (at) => at.setUint32(60, 1, true)],
    ["smaller tile", (at) => at.setUint16(30, 1, true)],
    ["larger tile", (at) => at.setUint16(30, 9, true)],
    ["no zlib", (at) => at.setUint16(HEADER_BYTES, 0, true)],
  ];
  it.each(lies)("%s", async (_, change) => {
    await expect(unpack(spoiled(change))).rejects.toThrow(ProtocolError);
  });

  it("at any length", () => {
    for (const cut of [0, 10, 63, 64, 70]) {
      expect(() => readHeader(bytes("keyframe").subarray(0, cut))).toThrow(ProtocolError);
    }
  });
});

describe("decoder", () => {
  it("refuses a delta without its base, and goes on", async () => {
    const decoder = new FrameDecoder();
    await expect(decoder.push(bytes("delta"))).rejects.toThrow("without a keyframe");
    await decoder.push(bytes("keyframe"));
    expect((await decoder.push(bytes("delta"))).step).toBe(5);
    await expect(decoder.push(bytes("delta"))).rejects.toThrow("delta to step 4");
  });

  it("keeps the order of frames that were pushed at once", async () => {
    const decoder = new FrameDecoder();
    const [, second] = await Promise.all([
      decoder.push(bytes("keyframe")),
      decoder.push(bytes("delta")),
    ]);
    expect([...second.codes]).toEqual(golden("delta").codes);
  });

  it("moves tiles that did not change on to the step that is shown", async () => {
    const decoder = new FrameDecoder();
    const tile = await decoder.push(bytes("keyframe"));
    await decoder.shown({ index: tile.run, wire: tile.layer, level: tile.level, step: 9 });
    expect(decoder.get(tileKey(tile))?.step).toBe(9);
    decoder.forget();
    expect(decoder.get(tileKey(tile))).toBeUndefined();
  });
});

describe("messages", () => {
  it("are read when whole", () => {
    expect(parseMessage('{"type":"ping","offset":3}')).toEqual({ type: "ping", offset: 3 });
  });

  it.each(["", "[]", "null", '{"type":"x"}', '{"type":"ping"}', '{"type":"error","error":null}'])(
    "are refused when not: %s",
    (text) => {
      expect(() => parseMessage(text)).toThrow(ProtocolError);
    },
  );
});
