/** From the stream to the screen: the decoding worker, the ground's tiles, what is shown. */
import { failureOf, fetchHeights } from "./api";
import type { SiteInfo, SurfaceInfo } from "./api_types";
import type { Frame, FromWorker, Parts, ToWorker } from "./decode_messages";
import type { OnScreen } from "./hook";
import type { ServerMessage, ShownView, View } from "./protocol";
import { LAYER_TILE } from "./raster";
import type { SiteMap } from "./scene/map";
import { differing, type State, type Store, viewsOf } from "./store";

/** Rasters on the screen have at most this many cells along a side; else a coarser level. */
export const MOST_CELLS = 2048;

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

export class MapFeed {
  readonly onScreen: OnScreen = { layer: null, control: null };
  private readonly worker = new Worker(new URL("./decode.worker.ts", import.meta.url), {
    type: "module",
  });
  private frame: Frame | null = null;
  private surface = "";
  private loading = new AbortController();
  private sizeKey = "";
  private choiceKey = "";

  constructor(
    private readonly store: Store,
    private readonly map: SiteMap,
    private readonly restart: () => void,
    private readonly done: () => void,
  ) {
    this.worker.onmessage = (event: MessageEvent<FromWorker>) => this.receive(event.data);
  }

  get level(): number {
    return this.frame?.level ?? 0;
  }

  /** Called with each site and surface; does only what changed. */
  use(site: SiteInfo, surfaceId: string | null): void {
    const frame = frameOf(site);
    const key = JSON.stringify(frame);
    if (key !== this.sizeKey) {
      this.sizeKey = key;
      this.frame = frame;
      this.surface = "";
      this.tell({ type: "site", frame });
    }
    const surface = site.surfaces.find((s) => s.id === surfaceId);
    if (!surface || surface.id === this.surface) return;
    this.surface = surface.id;
    this.loading.abort();
    this.loading = new AbortController();
    this.loadHeights(site, surface, this.loading.signal).catch((error: unknown) => {
      if (!(error instanceof DOMException)) {
        this.store.set({ problem: failureOf(error, `/api/terrain/${surface.id}`) });
      }
    });
  }

  /** Coarse first, so that there is something to see, then as fine as the raster is. */
  private async loadHeights(
    site: SiteInfo,
    surface: SurfaceInfo,
    signal: AbortSignal,
  ): Promise<void> {
    const coarse = surface.levels - 1;
    for (const level of new Set([coarse, Math.min(coarse, this.level)])) {
      const span = LAYER_TILE * 2 ** level;
      const places: [number, number][] = [];
      for (let ty = 0; ty * span < site.grid.rows; ty++) {
        for (let tx = 0; tx * span < site.grid.cols; tx++) places.push([ty, tx]);
      }
      const tiles = await Promise.all(
        places.map(([ty, tx]) => fetchHeights(surface.id, level, ty, tx, signal)),
      );
      if (signal.aborted) return;
      tiles.forEach((bytes, i) => {
        this.tell({ type: "heights", bytes, anew: i === 0, last: i === tiles.length - 1 }, [bytes]);
      });
    }
  }

  push(bytes: ArrayBuffer): void {
    this.tell({ type: "frame", bytes }, [bytes]);
  }

  anew(): void {
    this.tell({ type: "anew" });
  }

  shown(message: Extract<ServerMessage, { type: "shown" }>): void {
    const { step, views } = message;
    const parts = partsOf(this.store.state, views);
    this.tell({ type: "shown", step, views, parts });
  }

  private tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private receive(message: FromWorker): void {
    const { frame } = this;
    if (message.type === "refused") {
      this.restart();
      return;
    }
    if (!frame) return;
    if (message.type === "ground") {
      this.map.setGround(message.ground, frame.texel);
      this.map.shown.still();
      this.done();
      return;
    }
    this.show(message, frame);
  }

  private show(message: Extract<FromWorker, { type: "shown" }>, frame: Frame): void {
    const { state } = this.store;
    const key = JSON.stringify([state.choice, state.run, differing(state)]);
    const morph = key === this.choiceKey && !!this.onScreen.layer;
    this.choiceKey = key;
    this.onScreen.layer = message.layer;
    this.onScreen.control = message.control;
    this.store.change((s) => ({ ...s, shown: message.step, most: Math.max(s.most, message.most) }));
    this.map.setStep(message, frame.texel, morph);
    this.done();
  }

  dispose(): void {
    this.loading.abort();
    this.worker.terminate();
  }
}
