/** Shortcuts of the page and of the map. */
import { moveByKey } from "./scene/camera";
import type { SiteMap } from "./scene/map";
import { pairOf, type Store, withPlaying, withStep } from "./store";

export interface KeyActions {
  help(): void;
  home(): void;
  /** Ask for the value in the middle of the map. */
  pickMiddle(): void;
  closePoint(): void;
}

/** True where a key writes or moves something of its own. */
function takesKeys(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.("input:not([type=checkbox]), select, textarea, dialog[open]");
}

/** Listen until the returned function is called. */
export function attachKeys(store: Store, map: SiteMap, actions: KeyActions): () => void {
  const step = (by: number) =>
    store.change((s) => ({ ...withStep(s, s.step + by), playing: false }));
  const page: Record<string, () => void> = {
    "?": actions.help,
    " ": () => store.change((s) => withPlaying(s, !s.playing)),
    "[": () => step(-1),
    "]": () => step(1),
    d: () =>
      store.change((s) =>
        pairOf(s) ? { ...s, difference: !s.difference, most: 0, largest: 0 } : s,
      ),
    i: () => store.set({ drawer: !store.state.drawer }),
    l: () => store.set({ lang: store.state.lang === "en" ? "zh" : "en" }),
    Home: actions.home,
  };

  function closeTopmost(): void {
    const { sensor, drawer, problem } = store.state;
    if (problem) store.set({ problem: null });
    else if (sensor) store.set({ sensor: null });
    else if (drawer) store.set({ drawer: false });
    else actions.closePoint();
  }

  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (!document.querySelector("dialog[open]")) closeTopmost();
      return;
    }
    if (takesKeys(event.target)) return;
    const onMap = event.target === map.scene.canvas;
    const onButton = (event.target as HTMLElement).closest?.("button, summary, a, [type=checkbox]");
    if (onButton && (event.key === " " || event.key === "Enter")) return;
    if (onMap && event.key === "Enter") actions.pickMiddle();
    else if (onMap && moveByKey(map.scene, event.key)) event.preventDefault();
    else {
      const act = page[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }
  }

  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}
