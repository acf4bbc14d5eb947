/** The timeline of grounds: which one is drawn, and which one it is compared with. */
import type { SurfaceInfo } from "../api_types";
import { unitText } from "../format";
import type { Word } from "../i18n";
import { comparedWith, type State, withAgainst, withSurface } from "../store";
import { type Context, changed, type Part } from "./context";
import { h } from "./dom";

export function groundPicker(context: Context): Part {
  const { t, store } = context;
  const surface = h("select", {
    "aria-label": t("surface"),
    "data-testid": "surface-picker",
    onchange: () => store.change((s) => withSurface(s, surface.value)),
  });
  const against = h("select", {
    "aria-label": t("comparedWith"),
    "data-testid": "against-picker",
    onchange: () => store.change((s) => withAgainst(s, against.value || null)),
  });
  const told = h("p", { class: "quiet", "data-testid": "ground-source" });
  const element = h(
    "section",
    { class: "section stacked", "data-testid": "grounds" },
    h("h2", { text: t("grounds") }),
    h("label", { class: "field" }, h("span", { text: t("surface") }), surface),
    h("label", { class: "field" }, h("span", { text: t("comparedWith") }), against),
    told,
  );

  /** Date and kind; the id where two would read alike. */
  function nameOf(s: SurfaceInfo, all: readonly SurfaceInfo[]): string {
    const alike = all.some((o) => o !== s && o.date === s.date && o.kind === s.kind);
    return `${s.date} · ${t(s.kind as Word)}${alike ? ` · ${s.id}` : ""}`;
  }

  function update(now: State, before: State | null): void {
    if (!changed(now, before, "site", "surface", "against", "choice")) return;
    const surfaces = now.site?.surfaces ?? [];
    element.hidden = surfaces.length === 0;
    const option = (s: SurfaceInfo, selected: string | null) =>
      h("option", { value: s.id, selected: s.id === selected, text: nameOf(s, surfaces) });
    surface.replaceChildren(...surfaces.map((s) => option(s, now.surface)));
    const compared = comparedWith(now)?.id ?? null;
    const others = surfaces.filter((s) => s.id !== now.surface || s.id === compared);
    against.replaceChildren(
      h("option", { value: "", selected: !compared, text: t("noGround") }),
      ...others.map((s) => option(s, compared)),
    );
    against.disabled = others.length === 0;
    const site = now.site;
    const shown = surfaces.find((s) => s.id === now.surface);
    element.title = site ? `${site.crs} · ${site.vertical} · ${site.cell} ${unitText("m")}` : "";
    told.textContent = shown ? `${t("source")}: ${shown.source}` : "";
  }

  return { element, update };
}
