/**
 * Inflates, adds up and assembles tiles off the main thread.
 *
 * Messages are handled in the order they came: whatever a `shown` needs was pushed before
 * it, and what came after it waits.
 */
import type { Frame, FromWorker, Parts, ToWorker } from "./decode_messages";
import { FrameDecoder, NO_DATA, type ShownView, type Tile, unpack } from "./protocol";
import {
  assemble,
  type GroundRaster,
  groundOf,
  type LayerRaster,
  mostBetween,
  placeHeights,
} from "./raster";

let frame: Frame = { rows: 1, cols: 1, texel: 1, level: 0, originZ: 0 };
let decoder = new FrameDecoder();
/** Heights of the survey above the origin; NaN where unknown. */
let base = new Float32Array(1);
/** Elevation of the run on the screen, which goes over the survey, and where it is from. */
let ofRun: LayerRaster | null = null;
let groundFrom = "";
let order: Promise<unknown> = Promise.resolve();

function tell(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

function sameView(tile: Tile, view: ShownView): boolean {
  return tile.run === view.index && tile.layer === view.wire && tile.level === view.level;
}

function ground(): GroundRaster {
  const { rows, cols, texel, originZ } = frame;
  const found = base.slice();
  if (ofRun && ofRun.codes.length === found.length) {
    for (let i = 0; i < found.length; i++) {
      const code = ofRun.codes[i] as number;
      if (code !== NO_DATA) found[i] = code * ofRun.scale + (ofRun.base - originZ);
    }
  }
  return groundOf(found, rows, cols, texel);
}

async function heights(bytes: ArrayBuffer, anew: boolean, last: boolean): Promise<void> {
  if (anew) base = new Float32Array(frame.rows * frame.cols).fill(Number.NaN);
  const tile = await unpack(new Uint8Array(bytes));
  const stride = 2 ** Math.max(0, tile.level - frame.level);
  placeHeights(base, frame.rows, frame.cols, tile, frame.originZ, stride);
  if (!last) return;
  const made = ground();
  tell({ type: "ground", ground: made }, [made.heights.buffer, made.slopes.buffer]);
}

/** True when the ground of this view is not the one that the page has. */
function groundChanges(view: ShownView | null): boolean {
  const from = view ? `${view.index}/${view.level}` : "";
  const changes = from !== groundFrom || (view?.frames ?? 0) > 0;
  groundFrom = from;
  return changes;
}

async function shown(step: number, views: ShownView[], parts: Parts | null): Promise<void> {
  const tiles = new Map<ShownView, Tile[]>();
  for (const view of views) tiles.set(view, await decoder.shown(view));
  decoder.forget((tile) => views.some((view) => sameView(tile, view)));
  if (!parts) return;
  const made = (view: ShownView | null) => {
    const key = views.find((v) => v.index === view?.index && v.wire === view.wire);
    return view && key ? assemble(tiles.get(key) ?? [], frame.rows, frame.cols) : null;
  };
  const layer = made(parts.layer);
  const control = made(parts.control);
  let moved: GroundRaster | null = null;
  if (groundChanges(parts.ground)) {
    ofRun = made(parts.ground);
    moved = ground();
  }
  const apart = layer && control ? mostBetween(layer, control) : { most: 0, largest: 0 };
  const typical = { layer: parts.layer?.typical, control: parts.control?.typical };
  const transfer = [layer, control].flatMap((r) => (r ? [r.codes.buffer, r.texels.buffer] : []));
  if (moved) transfer.push(moved.heights.buffer, moved.slopes.buffer);
  tell({ type: "shown", step, layer, control, ground: moved, ...apart, typical }, transfer);
}

async function handle(message: ToWorker): Promise<void> {
  if (message.type === "site") {
    frame = message.frame;
    base = new Float32Array(frame.rows * frame.cols).fill(Number.NaN);
    ofRun = null;
    groundFrom = "";
  } else if (message.type === "anew") {
    decoder = new FrameDecoder();
  } else if (message.type === "heights") {
    await heights(message.bytes, message.anew, message.last);
  } else if (message.type === "shown") {
    await shown(message.step, message.views, message.parts);
  } else {
    // Not awaited: tiles inflate side by side, `shown` waits for all of them.
    decoder.push(new Uint8Array(message.bytes)).catch(refused);
  }
}

function refused(error: unknown): void {
  tell({ type: "refused", why: error instanceof Error ? error.message : String(error) });
}

self.onmessage = (event: MessageEvent<ToWorker>) => {
  order = order.then(() => handle(event.data)).catch(refused);
};
