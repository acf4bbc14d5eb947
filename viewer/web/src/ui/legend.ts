/** Legend: colour bar, round numbers, unit; for differences the middle is no change. */
import type { LayerInfo } from "../api_types";
import { ENTRIES } from "../colours";
import { number, signed, unitText } from "../format";
import { colourBytes, DIVERGING, type Range, symmetric, ticks, usable } from "../palette";
import { comparedWith, differing, layerOf, rangeOf, runOf, type State } from "../store";
import { type Context, changed, type Part } from "./context";
import { h } from "./dom";

export interface Scale {
  map: string;
  /** In the Var's own unit. */
  range: Range;
  /** There are values below and above the range; they have the colours of its ends. */
  less: boolean;
  more: boolean;
}

const CYCLIC = "romaO";

/** Colours and range of what is shown. */
export function scaleOf(state: State, layer: LayerInfo): Scale {
  if (differing(state)) {
    const range = symmetric(state.most);
    const beyond = state.largest > range.high * 1.001;
    return { map: DIVERGING, range, less: beyond, more: beyond };
  }
  if (layer.colours === CYCLIC) {
    return { map: CYCLIC, range: { low: 0, high: 360 }, less: false, more: false };
  }
  const seen = rangeOf(state);
  if (!seen) {
    return { map: layer.colours, range: usable(layer.low, layer.high), less: false, more: false };
  }
  const range = usable(seen.low, seen.high);
  const slack = (range.high - range.low) * 1e-3;
  return {
    map: layer.colours,
    range,
    less: seen.least < range.low - slack,
    more: seen.most > range.high + slack,
  };
}

/** Draw a colour map from left to right. */
export function paintMap(canvas: HTMLCanvasElement, map: string): void {
  canvas.width = ENTRIES;
  canvas.height = 1;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const image = pen.createImageData(ENTRIES, 1);
  image.data.set(colourBytes(map));
  pen.putImageData(image, 0, 0);
}

export function legend(context: Context): Part {
  const { t } = context;
  const bar = h("canvas", { class: "legend-bar", "aria-hidden": "true" });
  const scale = h("div", { class: "legend-ticks" });
  const title = h("span", { class: "legend-title" });
  const unit = h("span", { class: "legend-unit" });
  const source = h("p", { class: "legend-source quiet" });
  const element = h(
    "section",
    { class: "legend", "data-testid": "legend", "aria-label": t("legend") },
    h("div", { class: "legend-head" }, title, unit),
    bar,
    scale,
    source,
  );

  function update(state: State, before: State | null): void {
    if (
      !changed(state, before, "site", "choice", "difference", "most", "largest", "run", "ranges") &&
      !changed(state, before, "surface", "against", "shown")
    )
      return;
    const layer = layerOf(state);
    element.hidden = !layer;
    if (!layer) return;
    const { map, range, less, more } = scaleOf(state, layer);
    bar.classList.toggle("less", less);
    bar.classList.toggle("more", more);
    const difference = differing(state);
    paintMap(bar, map);
    const label = context.label(layer);
    const apart = comparedWith(state) ? comparison(state) : t("legendDifference");
    title.textContent = difference ? `${label} · ${apart}` : label;
    unit.textContent = unitText(layer.unit) || t("dimensionless");
    source.textContent = `${t("source")}: ${layer.source}`;
    scale.replaceChildren(...marks(range, layer.scale, difference));
  }

  /** Which ground less which, by their dates. */
  function comparison(state: State): string {
    const own = state.site?.surfaces.find((s) => s.id === state.surface)?.date;
    const run = runOf(state)?.times[Math.max(0, state.shown)]?.slice(0, 10);
    const from = state.choice?.from === "run" ? run : own;
    // dates do not break at their hyphens
    const whole = (date = "") => date.replaceAll("-", "\u2011");
    return t("lessGround", whole(from), whole(comparedWith(state)?.date));
  }

  function marks(range: Range, factor: number, difference: boolean): HTMLElement[] {
    const { lang } = context.state;
    const shown = { low: range.low * factor, high: range.high * factor };
    const write = (value: number) => (difference ? signed(value, lang) : number(value, lang));
    const most = write(shown.high).length > 5 ? 4 : 5;
    return ticks(shown, most).map((value) => {
      const part = (value - shown.low) / (shown.high - shown.low);
      const end = part < 0.05 ? " first" : part > 0.95 ? " last" : "";
      const mark = h("span", { class: `legend-tick${end}`, text: write(value) });
      mark.style.left = `${part * 100}%`;
      return mark;
    });
  }

  return { element, update };
}
