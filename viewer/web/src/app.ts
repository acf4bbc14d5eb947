/** Puts the page together: state in the middle, map and panels around it, server outside. */
import { failureOf, fetchSite, RequestFailed } from "./api";
import { MapFeed } from "./feed_map";
import { type Hook, makeHook } from "./hook";
import { attachKeys } from "./keys";
import { Pins } from "./pins/pins";
import { PointQuery } from "./points";
import type { ServerMessage } from "./protocol";
import { SiteMap } from "./scene/map";
import { remember, rememberedLang, rememberedTheme } from "./settings";
import {
  differing,
  initial,
  layerOf,
  type State,
  Store,
  viewsOf,
  withFeed,
  withReading,
  withSite,
} from "./store";
import { type Socket, Stream } from "./stream";
import { Context } from "./ui/context";
import { h } from "./ui/dom";
import { scaleOf } from "./ui/legend";
import { Page } from "./ui/page";

const CLICK_PIXELS = 5;

/** Width that the open panel takes, as the style sheet says. */
function panelWidth(): number {
  const style = getComputedStyle(document.documentElement);
  const size = (name: string) => Number.parseFloat(style.getPropertyValue(name)) || 0;
  return size("--left") + 2 * size("--gap");
}

export class App {
  readonly store = new Store(initial(rememberedLang(), rememberedTheme()));
  readonly hook: Hook;
  private readonly canvas = h("canvas", { class: "map", tabindex: 0, "data-testid": "map" });
  private readonly context: Context;
  private readonly map: SiteMap;
  private readonly feed: MapFeed;
  private readonly stream: Stream;
  private readonly page: Page;
  private readonly pins: Pins;
  private readonly points: PointQuery;
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");
  private readonly detach: (() => void)[] = [];
  private subscribed = "";
  private isReady: () => void = () => undefined;

  constructor(root: HTMLElement) {
    const overlay = h("div", { class: "overlay" });
    const page = h("div", { class: "page" });
    root.replaceChildren(this.canvas, overlay, page);
    const ready = new Promise<void>((resolve) => {
      this.isReady = resolve;
    });
    this.map = new SiteMap(this.canvas, overlay);
    this.stream = new Stream(() => this.socket(), {
      message: (message) => this.heard(message),
      frame: (bytes) => this.feed.push(bytes),
      connection: (connection) => this.store.set({ connection }),
      anew: () => this.feed.anew(),
      refused: (error) => this.store.set({ problem: failureOf(error, "/stream") }),
    });
    this.feed = new MapFeed(
      this.store,
      this.map,
      () => this.stream.restart(),
      () => this.settled(),
    );
    this.context = new Context(this.store, {
      home: () => this.map.home(),
      pick: (x, y) => this.pick(x, y),
      closePoint: () => this.store.set({ picked: null, point: null }),
    });
    this.page = new Page(page, this.context);
    this.pins = new Pins(this.context, this.map.overlay);
    this.points = new PointQuery(this.store);
    this.hook = makeHook(this.store, this.map, this.feed.onScreen, ready);
    this.attach();
    this.look(this.store.state, null);
  }

  /** Ask for the site and open the stream; both are tried again for as long as it takes. */
  async start(): Promise<void> {
    if (await this.loadSite()) this.stream.start();
  }

  private socket(): Socket {
    const url = new URL("/stream", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    return new WebSocket(url) as unknown as Socket;
  }

  private async loadSite(): Promise<boolean> {
    try {
      const site = await fetchSite();
      this.store.change((state) => withSite(state, site, Date.now()));
      return true;
    } catch (error) {
      const refused = error instanceof RequestFailed && [401, 403].includes(error.status);
      this.store.set({
        problem: failureOf(error, "/api/site"),
        ...(refused && { connection: "refused" }),
      });
      return false;
    }
  }

  private heard(message: ServerMessage): void {
    const { store } = this;
    if (message.type === "shown") this.feed.shown(message);
    else if (message.type === "reading") store.change((s) => withReading(s, message, Date.now()));
    else if (message.type === "feed") store.change((s) => withFeed(s, message));
    else if (message.type === "runs_changed") this.loadSite();
    else if (message.type === "error") store.set({ problem: message.error });
    else if (message.type === "welcome" && store.state.site?.epoch !== message.epoch)
      this.loadSite();
  }

  /** Whatever should be on the screen is. */
  private settled(): void {
    const { state } = this.store;
    const layered = viewsOf(state).length === 0 || state.shown === state.step;
    if (this.map.ready && layered) requestAnimationFrame(() => this.isReady());
  }

  private attach(): void {
    const stop = this.store.on((state, before) => this.look(state, before));
    const themed = () => this.theme(this.store.state);
    this.dark.addEventListener("change", themed);
    this.canvas.addEventListener("pointerdown", this.down);
    this.canvas.addEventListener("pointerup", this.released);
    const keys = attachKeys(this.store, this.map, {
      help: () => this.page.showHelp(),
      home: () => this.map.home(),
      pickMiddle: () => this.pick(this.canvas.clientWidth / 2, this.canvas.clientHeight / 2),
      closePoint: this.context.actions.closePoint,
    });
    this.detach.push(stop, keys, () => {
      this.dark.removeEventListener("change", themed);
      this.canvas.removeEventListener("pointerdown", this.down);
      this.canvas.removeEventListener("pointerup", this.released);
    });
  }

  private readonly pressed = { x: 0, y: 0 };

  private readonly down = (event: PointerEvent): void => {
    this.pressed.x = event.offsetX;
    this.pressed.y = event.offsetY;
  };

  private readonly released = (event: PointerEvent): void => {
    const moved = Math.hypot(event.offsetX - this.pressed.x, event.offsetY - this.pressed.y);
    if (event.button === 0 && moved < CLICK_PIXELS) this.pick(event.offsetX, event.offsetY);
  };

  private pick(px: number, py: number): void {
    const hit = this.map.pick(px, py);
    if (hit) this.store.set({ picked: { x: hit.x, y: hit.y }, point: null, sensor: null });
  }

  /** What changed in the state changes on the screen and at the server. */
  private look(state: State, before: State | null): void {
    const { site } = state;
    if (site) this.feed.use(site, state.surface);
    this.ask(state, before);
    if (state.lang !== before?.lang) this.speak(state);
    if (state.theme !== before?.theme) this.theme(state);
    if (state.lang !== before?.lang || state.theme !== before?.theme)
      remember(state.lang, state.theme);
    if (state.panel !== before?.panel) this.map.setCovered(state.panel ? panelWidth() : 0);
    if (state.exaggeration !== before?.exaggeration) this.map.setExaggeration(state.exaggeration);
    if (site && (site !== before?.site || state.parcels !== before.parcels)) {
      this.map.setParcels(site.parcels, site.cell, state.parcels);
    }
    this.colour(state);
    this.pins.update(state, before);
    this.points.update(state);
  }

  private ask(state: State, before: State | null): void {
    if (!state.site) return;
    const views = viewsOf(state);
    const key = JSON.stringify(views);
    if (key !== this.subscribed) {
      this.subscribed = key;
      this.stream.subscribe(views, this.feed.level, state.step);
      if (!views.length) this.feed.shown({ type: "shown", step: state.step, offset: 0, views: [] });
    }
    if (state.step !== before?.step || key !== JSON.stringify(before && viewsOf(before))) {
      this.stream.cursor(state.step);
    }
  }

  private colour(state: State): void {
    const layer = layerOf(state);
    if (!layer || !this.feed.onScreen.layer) {
      this.map.setColours("relief", "batlow", { low: 0, high: 1 }, 0);
      return;
    }
    const { map, range } = scaleOf(state, layer);
    const mode = differing(state) && this.feed.onScreen.control ? "difference" : "layer";
    this.map.setColours(mode, map, range, state.opacity);
  }

  private speak(state: State): void {
    document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
    const site = state.site;
    document.title = site
      ? `${(state.lang === "zh" && site.name_zh) || site.name} · minetwin`
      : "minetwin";
    this.canvas.setAttribute("aria-label", this.context.t("mainView"));
  }

  private theme(state: State): void {
    const dark = state.theme === "dark" || (state.theme === "system" && this.dark.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    this.map.setDark(dark);
  }

  dispose(): void {
    for (const end of this.detach) end();
    this.stream.dispose();
    this.feed.dispose();
    this.pins.dispose();
    this.page.dispose();
    this.map.dispose();
  }
}
