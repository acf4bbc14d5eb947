/** Layer picker: shelves of radio buttons, each with its colours; axis entries below. */
import type { LayerInfo } from "../api_types";
import { shelves } from "../groups";
import type { Word } from "../i18n";
import { type Choice, choicesOf, layerOf, type State, withChoice } from "../store";
import { type Context, changed, type Part, sameChoice } from "./context";
import { h } from "./dom";
import { paintMap } from "./legend";

export function layerPicker(context: Context): Part {
  const { t, store } = context;
  const list = h("div", { class: "shelves" });
  const axis = h("div", { class: "axis" });
  const element = h(
    "section",
    { class: "section", "data-testid": "layer-picker", "aria-label": t("layers") },
    h("h2", { text: t("layers") }),
    axis,
    list,
  );
  const open = new Set<Word>();

  function choose(choice: Choice | null): void {
    if (!sameChoice(choice, store.state.choice)) store.change((s) => withChoice(s, choice));
  }

  function row(layer: LayerInfo | null, from: Choice["from"], chosen: Choice | null): HTMLElement {
    const value = layer ? `${from}:${layer.name}` : "";
    const input = h("input", {
      type: "radio",
      name: "layer",
      "data-testid": layer ? `layer-${layer.name}` : "layer-none",
      onchange: () => choose(layer ? { from, name: layer.name, axis: 0 } : null),
    });
    input.value = value;
    input.checked = value === (chosen ? `${chosen.from}:${chosen.name}` : "");
    const chip = h("canvas", { class: "chip", "aria-hidden": "true" });
    if (layer) paintMap(chip, layer.colours);
    return h(
      "label",
      { class: "layer-row" },
      input,
      chip,
      h("span", { text: layer ? context.label(layer) : t("reliefOnly") }),
    );
  }

  function shelf(group: Word, rows: HTMLElement[], holds: boolean): HTMLElement {
    if (holds) open.add(group);
    const details = h(
      "details",
      {
        open: open.has(group),
        ontoggle: () => (details.open ? open.add(group) : open.delete(group)),
      },
      h(
        "summary",
        {},
        h("span", { text: t(group) }),
        h("span", { class: "count quiet", text: rows.length }),
      ),
      ...rows,
    );
    return details;
  }

  function fill(state: State): void {
    const { run, survey } = choicesOf(state);
    const { choice } = state;
    const made = shelves(run).map(([group, layers]) =>
      shelf(
        group,
        layers.map((l) => row(l, "run", choice)),
        choice?.from === "run" && layers.some((l) => l.name === choice.name),
      ),
    );
    if (survey.length) {
      made.push(
        shelf(
          "survey",
          survey.map((l) => row(l, "survey", choice)),
          choice?.from === "survey",
        ),
      );
    }
    list.replaceChildren(row(null, "run", choice), ...made);
  }

  function fillAxis(state: State): void {
    const labels = layerOf(state)?.axis ?? [];
    axis.hidden = labels.length < 2;
    axis.replaceChildren();
    if (axis.hidden) return;
    const select = h(
      "select",
      {
        "aria-label": t("axis"),
        "data-testid": "axis-picker",
        onchange: () => {
          const { choice } = store.state;
          if (choice) choose({ ...choice, axis: Number(select.value) });
        },
      },
      ...labels.map((label, i) =>
        h("option", { value: i, text: label, selected: i === state.choice?.axis }),
      ),
    );
    axis.replaceChildren(h("label", { class: "field" }, h("span", { text: t("axis") }), select));
  }

  function update(state: State, before: State | null): void {
    if (changed(state, before, "site", "run", "surface")) fill(state);
    else if (!sameChoice(state.choice, before?.choice ?? null)) check(state.choice);
    if (changed(state, before, "site", "choice")) fillAxis(state);
  }

  function check(choice: Choice | null): void {
    const value = choice ? `${choice.from}:${choice.name}` : "";
    for (const input of list.querySelectorAll("input")) input.checked = input.value === value;
  }

  return { element, update };
}
