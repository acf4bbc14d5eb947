/** From the state to what is on the wire and back. Pure. */
import type { SiteInfo } from "./api_types";
import type { Frame, FromWorker, Parts } from "./decode_messages";
import { NO_DATA, type ShownView, type View } from "./protocol";
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

/** State once a step is on the screen. The frame's scale tells the range of its layer. */
export function shownIn(state: State, shown: Extract<FromWorker, { type: "shown" }>): State {
  let next: State = { ...state, shown: shown.step, most: Math.max(state.most, shown.most) };
  for (const raster of [shown.layer, shown.control]) {
    if (raster)
      next = withRange(next, { low: raster.base, high: raster.base + LAST_CODE * raster.scale });
  }
  return next;
}
