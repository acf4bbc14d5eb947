/** From the stream to the screen: the decoding worker, the ground's tiles, what is shown. */
import { failureOf, fetchHeights } from "./api";
import type { SiteInfo, SurfaceInfo } from "./api_types";
import type { Frame, FromWorker, ToWorker } from "./decode_messages";
import type { OnScreen } from "./hook";
import type { ServerMessage } from "./protocol";
import { LAYER_TILE } from "./raster";
import type { SiteMap } from "./scene/map";
import { differing, type Store } from "./store";
import { frameOf, partsOf, shownIn } from "./views";

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
    const key = JSON.stringify([frame, site.grid, site.origin_x, site.origin_y]);
    if (key !== this.sizeKey) {
      this.sizeKey = key;
      this.frame = frame;
      this.surface = "";
      this.tell({ type: "site", frame });
    }
    const surface = site.surfaces.find((s) => s.id === surfaceId);
    // the number changes when a surface is made anew
    const content = `${surface?.index}:${surface?.id}`;
    if (!surface || content === this.surface) return;
    this.surface = content;
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
    this.store.change((s) => shownIn(s, message));
    this.map.setStep(message, frame.texel, morph);
    this.done();
  }

  dispose(): void {
    this.loading.abort();
    this.worker.terminate();
  }
}
