/**
 * window.__minetwin: what automated tests may ask of the page. It only looks, but for the
 * camera, and shows nothing that the page does not.
 *
 *   ready            resolves once terrain and the first layer are on the screen
 *   state()          run, layer, step on the screen, picked place, connection, language
 *   probe(x, y)      value, code, scale and colour of the shown texture at local metres
 *   difference(x, y) plan minus control there, when both are shown
 *   checksum()       of the codes on the screen
 *   canvasColours()  distinct colours of the drawn canvas
 *   project(x, y)    page pixels of a place on the ground
 *   camera(pose?)    where the camera is; with a pose, moves it
 *   frame()          frames drawn so far; true when the browser draws in software
 *   timeFrame()      draws one frame and tells the milliseconds until its pixels are there
 */
import { colourAt, colourBytes } from "./palette";
import { checksum, type LayerRaster, valueAt } from "./raster";
import { type Pose, place, pose } from "./scene/camera";
import type { SiteMap } from "./scene/map";
import { layerOf, type Store } from "./store";
import { scaleOf } from "./ui/legend";

export interface OnScreen {
  layer: LayerRaster | null;
  control: LayerRaster | null;
}

export interface Hook {
  ready: Promise<void>;
  state(): Record<string, unknown>;
  probe(x: number, y: number): Record<string, unknown> | null;
  difference(x: number, y: number): number | null;
  checksum(): string | null;
  canvasColours(): string[];
  project(x: number, y: number): { x: number; y: number; seen: boolean } | null;
  camera(to?: Partial<Pose>): Pose;
  frame(): { count: number; software: boolean };
  timeFrame(): number;
}

declare global {
  interface Window {
    __minetwin?: Hook;
  }
}

export function makeHook(store: Store, map: SiteMap, shown: OnScreen, ready: Promise<void>): Hook {
  const cellAt = (raster: LayerRaster, x: number, y: number) => {
    const site = store.state.site;
    if (!site) return null;
    const { rows, cols } = site.grid;
    const texel =
      site.cell * (raster.cols === cols ? 1 : 2 ** Math.ceil(Math.log2(cols / raster.cols)));
    const col = Math.floor((x + (cols * site.cell) / 2) / texel);
    const row = Math.floor(((rows * site.cell) / 2 - y) / texel);
    return col < 0 || row < 0 || col >= raster.cols || row >= raster.rows ? null : { row, col };
  };
  const valueIn = (raster: LayerRaster | null, x: number, y: number) => {
    const cell = raster && cellAt(raster, x, y);
    return raster && cell ? valueAt(raster, cell.row, cell.col) : null;
  };
  return {
    ready,
    state: () => {
      const {
        site,
        run,
        choice,
        shown: step,
        picked,
        connection,
        lang,
        sensor,
        playing,
      } = store.state;
      const { difference, most } = store.state;
      return {
        run,
        layer: choice?.name ?? null,
        axis: choice?.axis ?? 0,
        step,
        connection,
        lang,
        sensor,
        playing,
        difference,
        most,
        picked: picked && {
          ...picked,
          map: [picked.x + (site?.origin_x ?? 0), picked.y + (site?.origin_y ?? 0)],
        },
      };
    },
    probe: (x, y) => {
      const { layer } = shown;
      const info = layerOf(store.state);
      const cell = layer && cellAt(layer, x, y);
      if (!layer || !info || !cell) return null;
      const value = valueAt(layer, cell.row, cell.col);
      const { map: name, range } = scaleOf(store.state, info);
      const drawn = store.state.difference
        ? valueMinus(value, valueIn(shown.control, x, y))
        : value;
      const colour =
        drawn === null
          ? null
          : colourAt(colourBytes(name), (drawn - range.low) / (range.high - range.low));
      return {
        value,
        code: layer.codes[cell.row * layer.cols + cell.col],
        scale: layer.scale,
        colour,
      };
    },
    difference: (x, y) => valueMinus(valueIn(shown.layer, x, y), valueIn(shown.control, x, y)),
    checksum: () => (shown.layer ? checksum(shown.layer.codes) : null),
    canvasColours: () => {
      const { bytes } = map.scene.pixels();
      const found = new Set<string>();
      for (let i = 0; i < bytes.length; i += 4 * 97) {
        if (bytes[i + 3]) found.add(`${bytes[i]},${bytes[i + 1]},${bytes[i + 2]}`);
      }
      return [...found];
    },
    project: (x, y) => {
      const z = map.heights?.at(x, y);
      if (z === undefined) return null;
      const out = { x: 0, y: 0 };
      const seen = map.scene.project(x, y, z * map.up, out);
      const box = map.scene.canvas.getBoundingClientRect();
      return { x: out.x + box.left, y: out.y + box.top, seen };
    },
    camera: (to) => {
      if (to) place(map.scene, { ...pose(map.scene), ...to });
      return pose(map.scene);
    },
    frame: () => ({ count: map.scene.frames, software: map.scene.software }),
    timeFrame: () => map.scene.timeFrame(),
  };
}

function valueMinus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}
