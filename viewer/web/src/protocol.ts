/**
 * The stream as the browser sees it: binary frames and JSON messages, pure and strict.
 *
 * Frames are specified in docs/explanation/stream.md; viewer/protocol.py is the same in
 * Python, and both decode the golden frames of tests/viewer_server/golden.
 */

export const PROTOCOL = 1;
export const MAGIC = 0x4e54574d; // "MWTN" in byte order
export const VERSION = 1;
export const HEADER_BYTES = 64;
export const NO_DATA = 0xffff;
export const TILE_LIMIT = 1024; // cells along one side

export const CODEC_SHUFFLE = 1;
export const CODEC_DEFLATE = 2;
export const CODEC_DELTA = 4;
export const FLAG_KEYFRAME = 1;
export const KIND_LAYER = 0;
export const KIND_HEIGHT = 1;

export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** Header of a frame; `layer` is layer.index + axis entry, `run` the index in /api/site. */
export interface Header {
  layer: number;
  run: number;
  step: number;
  /** Instant of the step, seconds since 1970 (UTC). */
  time: number;
  tileX: number;
  tileY: number;
  width: number;
  height: number;
  level: number;
  codec: number;
  keyframe: boolean;
  kind: number;
  /** Sequence of the stream when this frame was encoded. */
  offset: number;
  /** value = code * scale + base; the declared error is scale / 2. */
  scale: number;
  base: number;
  /** Step that a delta refers to; the own step for a keyframe. */
  baseStep: number;
  payloadBytes: number;
}

/** A decoded tile: codes row by row from the north, NO_DATA where there is none. */
export interface Tile extends Header {
  codes: Uint16Array;
}

function refuse(why: string): never {
  throw new ProtocolError(`frame refused: ${why}`);
}

/** Read and check the 64 header bytes and that the payload is complete. */
export function readHeader(bytes: Uint8Array): Header {
  if (bytes.byteLength < HEADER_BYTES) refuse(`${bytes.byteLength} bytes are no header`);
  const at = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (at.getUint32(0, true) !== MAGIC) refuse("it does not begin with MWTN");
  const version = at.getUint16(4, true);
  if (version !== VERSION) refuse(`version ${version}, this page speaks ${VERSION}; reload it`);
  const header: Header = {
    layer: at.getUint16(6, true),
    run: at.getUint32(8, true),
    step: at.getUint32(12, true),
    time: at.getFloat64(16, true),
    tileX: at.getUint16(24, true),
    tileY: at.getUint16(26, true),
    width: at.getUint16(28, true),
    height: at.getUint16(30, true),
    level: at.getUint8(32),
    codec: at.getUint8(33),
    keyframe: (at.getUint8(34) & FLAG_KEYFRAME) !== 0,
    kind: at.getUint8(35),
    offset: at.getUint32(36, true),
    scale: at.getFloat64(40, true),
    base: at.getFloat64(48, true),
    baseStep: at.getUint32(56, true),
    payloadBytes: at.getUint32(60, true),
  };
  check(header, bytes.byteLength - HEADER_BYTES, at.getUint8(34));
  return header;
}

function check(h: Header, payload: number, flags: number): void {
  if (h.codec & ~7) refuse(`unknown codec bits ${h.codec}`);
  if (flags & ~FLAG_KEYFRAME) refuse(`unknown flags ${flags}`);
  if (h.kind !== KIND_LAYER && h.kind !== KIND_HEIGHT) refuse(`unknown kind ${h.kind}`);
  if (h.width < 1 || h.height < 1 || h.width > TILE_LIMIT || h.height > TILE_LIMIT) {
    refuse(`tile of ${h.width} x ${h.height}`);
  }
  if (!Number.isFinite(h.scale) || h.scale <= 0) refuse(`scale ${h.scale}`);
  if (!Number.isFinite(h.base) || !Number.isFinite(h.time)) refuse("base or time is not finite");
  if (h.payloadBytes !== payload) refuse(`payload of ${payload} bytes, said ${h.payloadBytes}`);
  const delta = (h.codec & CODEC_DELTA) !== 0;
  if (delta === h.keyframe) refuse("a frame is either a keyframe or a delta");
}

/** Inflate a zlib stream that must give exactly `expected` bytes; stops at more. */
async function inflate(packed: Uint8Array, expected: number): Promise<Uint8Array> {
  const out = new Uint8Array(expected);
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const write = writer.write(packed.slice()).then(() => writer.close());
  write.catch(() => undefined); // the reader below reports the same failure
  let filled = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (filled + value.byteLength > expected)
        refuse(`payload inflates to over ${expected} bytes`);
      out.set(value, filled);
      filled += value.byteLength;
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    if (error instanceof ProtocolError) throw error;
    refuse(`payload is no zlib stream (${String(error)})`);
  }
  if (filled !== expected) refuse(`payload inflates to ${filled} bytes, not ${expected}`);
  return out;
}

/** Undo the shuffle: all low bytes, then all high bytes. Without it: little-endian u16. */
function toCodes(raw: Uint8Array, shuffled: boolean): Uint16Array {
  const n = raw.byteLength / 2;
  const codes = new Uint16Array(n);
  const high = shuffled ? n : 1;
  const stride = shuffled ? 1 : 2;
  for (let i = 0; i < n; i++) {
    codes[i] = (raw[i * stride] as number) | ((raw[i * stride + high] as number) << 8);
  }
  return codes;
}

/** Unpack the payload to codes; for a delta these are still differences. */
export async function unpack(bytes: Uint8Array): Promise<Tile> {
  const header = readHeader(bytes);
  const packed = bytes.subarray(HEADER_BYTES);
  const expected = header.width * header.height * 2;
  const deflated = (header.codec & CODEC_DEFLATE) !== 0;
  if (!deflated && packed.byteLength !== expected) {
    refuse(`payload of ${packed.byteLength} bytes, not ${expected}`);
  }
  const raw = deflated ? await inflate(packed, expected) : packed;
  return { ...header, codes: toCodes(raw, (header.codec & CODEC_SHUFFLE) !== 0) };
}

/** Add a delta's differences to the codes of its base step. */
export function applyDelta(delta: Tile, base: Tile): Tile {
  if (base.step !== delta.baseStep) {
    refuse(`delta to step ${delta.baseStep}, but step ${base.step} is held; subscribe anew`);
  }
  if (base.width !== delta.width || base.height !== delta.height) refuse("tile changed its size");
  if (base.scale !== delta.scale || base.base !== delta.base) refuse("tile changed its scale");
  const codes = new Uint16Array(delta.codes.length);
  for (let i = 0; i < codes.length; i++) {
    codes[i] = (delta.codes[i] as number) + (base.codes[i] as number); // wraps at 65536
  }
  return { ...delta, codes };
}

/** Where a tile belongs: one key per run, layer, level and place. */
export function tileKey(h: Pick<Header, "run" | "layer" | "level" | "tileY" | "tileX">): string {
  return `${h.run}/${h.layer}/${h.level}/${h.tileY}/${h.tileX}`;
}

/** Values of a tile as float32, NaN where there is no data; `minus` is taken off in double. */
export function valuesOf(tile: Tile, minus = 0): Float32Array {
  const { codes, scale } = tile;
  const base = tile.base - minus;
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    values[i] = code === NO_DATA ? Number.NaN : code * scale + base;
  }
  return values;
}

/** Decodes frames in the order they came and remembers the newest codes of each tile. */
export class FrameDecoder {
  private readonly held = new Map<string, Tile>();
  private order: Promise<unknown> = Promise.resolve();

  /** Whole tile after this frame; rejects with ProtocolError, and keeps what it held. */
  push(bytes: Uint8Array): Promise<Tile> {
    const unpacked = unpack(bytes);
    const before = this.order;
    const result = (async () => {
      await before;
      return this.accept(await unpacked);
    })();
    this.order = result.catch(() => undefined);
    unpacked.catch(() => undefined);
    return result;
  }

  /**
   * Call with each view of a `shown` message: resolves to the view's tiles, all at that
   * step, once every frame before it is decoded. Tiles that did not change were not sent.
   */
  shown(view: Pick<ShownView, "index" | "wire" | "level" | "step">): Promise<Tile[]> {
    const result = this.order.then(() => {
      const tiles = this.tiles(view.index, view.wire, view.level);
      return tiles.map((tile) => {
        const now = { ...tile, step: view.step };
        this.held.set(tileKey(tile), now);
        return now;
      });
    });
    this.order = result.catch(() => undefined);
    return result;
  }

  /** The newest tile held under a key. */
  get(key: string): Tile | undefined {
    return this.held.get(key);
  }

  /** Tiles of one run and layer at one level. */
  tiles(run: number, layer: number, level: number): Tile[] {
    return [...this.held.values()].filter(
      (t) => t.run === run && t.layer === layer && t.level === level,
    );
  }

  /** Forget what `keep` refuses; everything without it. */
  forget(keep: (tile: Tile) => boolean = () => false): void {
    for (const [key, tile] of this.held) if (!keep(tile)) this.held.delete(key);
  }

  private accept(fresh: Tile): Tile {
    const key = tileKey(fresh);
    const base = this.held.get(key);
    if (!fresh.keyframe && !base) refuse("delta without a keyframe; subscribe anew");
    const tile = fresh.keyframe || !base ? fresh : applyDelta(fresh, base);
    this.held.set(key, tile);
    return tile;
  }
}

// --- JSON messages -------------------------------------------------------------------------

/** One thing to look at: a layer of a run, or (run "") a layer of a surface. */
export interface View {
  run: string;
  layer: string;
  axis?: number;
  surface?: string;
  /** What this page still holds of it from before a reconnect (run index and step). */
  have?: { index: number; step: number };
}

export type ClientMessage =
  | { type: "hello"; protocol: number; resume?: { epoch: string; offset: number } }
  | { type: "subscribe"; views: View[]; level: number }
  | { type: "cursor"; step: number }
  | { type: "pong" };

/** What was shown of one view: frames carry `index` as run and `wire` as layer. */
export interface ShownView {
  run: string;
  layer: string;
  axis: number;
  surface: string;
  index: number;
  wire: number;
  level: number;
  step: number;
  time: string;
  /** 2nd and 98th percentile over the run in the own unit: the range for colours. */
  typical?: [number, number];
  /** Number of frames sent just before this message. */
  frames: number;
  keyframe: boolean;
}

export interface Failure {
  what: string;
  where: string;
  why: string;
  mend: string;
}

export type FeedStatus = "live" | "stale" | "reconnecting" | "failed";

export type ServerMessage =
  | {
      type: "welcome";
      protocol: number;
      epoch: string;
      offset: number;
      /** True when nothing was missed but what follows; else `why` says why a snapshot follows. */
      resumed: boolean;
      why: string;
    }
  | { type: "shown"; step: number; offset: number; views: ShownView[] }
  | {
      type: "reading";
      offset: number;
      sensor: string;
      time: string;
      value: number;
      unit: string;
      age_s: number;
    }
  | {
      type: "feed";
      offset: number;
      id: string;
      status: FeedStatus;
      since: string;
      message: string;
    }
  | { type: "runs_changed"; offset: number }
  | { type: "ping"; offset: number }
  | { type: "error"; error: Failure };

const FIELDS: Record<ServerMessage["type"], Record<string, string>> = {
  welcome: {
    protocol: "number",
    epoch: "string",
    offset: "number",
    resumed: "boolean",
    why: "string",
  },
  shown: { step: "number", offset: "number", views: "object" },
  reading: {
    offset: "number",
    sensor: "string",
    time: "string",
    value: "number",
    unit: "string",
    age_s: "number",
  },
  feed: { offset: "number", id: "string", status: "string", since: "string", message: "string" },
  runs_changed: { offset: "number" },
  ping: { offset: "number" },
  error: { error: "object" },
};

/** Parse a text message; ProtocolError unless it is a known type with its fields. */
export function parseMessage(text: string): ServerMessage {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new ProtocolError("message refused: it is no JSON");
  }
  if (typeof found !== "object" || found === null) throw new ProtocolError("message refused");
  const message = found as Record<string, unknown>;
  const type = String(message.type);
  if (!Object.hasOwn(FIELDS, type)) {
    throw new ProtocolError(`message refused: unknown type '${type}'; reload the page`);
  }
  for (const [name, kind] of Object.entries(FIELDS[type as ServerMessage["type"]])) {
    if (typeof message[name] !== kind || message[name] === null) {
      throw new ProtocolError(`message '${type}' refused: ${name} is no ${kind}`);
    }
  }
  return found as ServerMessage;
}
