/** From the state to what is on the wire and back. Pure. */
import type { SiteInfo } from "./api_types";
import type { Frame, FromWorker, Parts } from "./decode_messages";
import { type Seen, spanOf } from "./palette";
import { NO_DATA, type ShownView, type View } from "./protocol";
import type { LayerRaster } from "./raster";
import { differing, type State, viewsOf, withRange } from "./store";

/** Rasters on the screen have at most this many cells along a side; else a coarser level. */
export const MOST_CELLS = 2048;
const LAST_CODE = NO_DATA - 1;

/** Raster of a grid at the level that fits. Pure. */
export function frameOf(site: SiteInfo): Frame {
  const { rows, cols } = site.grid;
  let level = 0;
  while (Math.max(rows, cols) / 2 ** level > MOST_CELLS) level++;
  const size = 2 ** level;
  return {
    rows: Math.ceil(rows / size),
    cols: Math.ceil(cols / size),
    texel: site.cell * size,
    level,
    originZ: site.origin_z,
  };
}

function sameView(view: View, shown: ShownView): boolean {
  return (
    view.run === shown.run &&
    view.layer === shown.layer &&
    (view.axis ?? 0) === shown.axis &&
    (view.surface ?? "") === shown.surface
  );
}

/** Which shown view plays which part; null when it is not what is wanted any more. Pure. */
export function partsOf(state: State, shown: readonly ShownView[]): Parts | null {
  const wanted = viewsOf(state);
  const found = wanted.map((view) => shown.find((s) => sameView(view, s)));
  if (found.length !== shown.length || found.some((view) => !view)) return null;
  const layer = state.choice ? (found[0] ?? null) : null;
  const control = differing(state) ? (found[1] ?? null) : null;
  const ofRun = found.findIndex((view) => view?.layer === "elevation" && view.run === state.run);
  return { layer, control, ground: found[ofRun] ?? null };
}

/** Range of a raster by its scale, and for colours by what is typical of it. */
function seenIn(raster: LayerRaster, typical: readonly [number, number] | undefined): Seen {
  return spanOf({ low: raster.base, high: raster.base + LAST_CODE * raster.scale }, typical);
}

/** State once a step is on the screen. */
export function shownIn(state: State, shown: Extract<FromWorker, { type: "shown" }>): State {
  const { step, layer, control, typical } = shown;
  let next: State = {
    ...state,
    shown: step,
    most: Math.max(state.most, shown.most),
    largest: Math.max(state.largest, shown.largest),
  };
  if (layer) next = withRange(next, seenIn(layer, typical.layer));
  if (control) next = withRange(next, seenIn(control, typical.control));
  return next;
}
