/** Legend: colour bar, round numbers, unit; for differences the middle is no change. */
import type { LayerInfo } from "../api_types";
import { ENTRIES } from "../colours";
import { number, signed, unitText } from "../format";
import { colourBytes, DIVERGING, type Range, symmetric, ticks, usable } from "../palette";
import { differing, layerOf, type State } from "../store";
import { type Context, changed, type Part } from "./context";
import { h } from "./dom";

export interface Scale {
  map: string;
  /** In the Var's own unit. */
  range: Range;
}

/** Colours and range of what is shown. */
export function scaleOf(state: State, layer: LayerInfo): Scale {
  if (differing(state)) return { map: DIVERGING, range: symmetric(state.most) };
  return { map: layer.colours, range: usable(layer.low, layer.high) };
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
    if (!changed(state, before, "site", "choice", "difference", "most", "run")) return;
    const layer = layerOf(state);
    element.hidden = !layer;
    if (!layer) return;
    const { map, range } = scaleOf(state, layer);
    const difference = differing(state);
    paintMap(bar, map);
    const label = context.label(layer);
    title.textContent = difference ? `${label} · ${t("legendDifference")}` : label;
    unit.textContent = unitText(layer.unit) || t("dimensionless");
    source.textContent = `${t("source")}: ${layer.source}`;
    scale.replaceChildren(...marks(range, layer.scale, difference));
  }

  function marks(range: Range, factor: number, difference: boolean): HTMLElement[] {
    const shown = { low: range.low * factor, high: range.high * factor };
    return ticks(shown, 4).map((value) => {
      const text = difference
        ? signed(value, context.state.lang)
        : number(value, context.state.lang);
      const mark = h("span", { class: "legend-tick", text });
      mark.style.left = `${((value - shown.low) / (shown.high - shown.low)) * 100}%`;
      return mark;
    });
  }

  return { element, update };
}
