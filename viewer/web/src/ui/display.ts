/** How it is drawn: opacity, vertical scale, outlines, pins. */
import type { State } from "../store";
import { type Context, changed, type Part } from "./context";
import { h, slider, tick } from "./dom";

export function display(context: Context): Part {
  const { t, store } = context;
  const { state } = store;
  const element = h(
    "section",
    { class: "section" },
    h("h2", { text: t("display") }),
    slider(
      t("opacity"),
      { min: 0, max: 100, step: 5, value: Math.round(state.opacity * 100) },
      (v) => `${v} %`,
      (v) => store.set({ opacity: v / 100 }),
      { "data-testid": "opacity" },
    ),
    slider(
      t("exaggeration"),
      { min: 1, max: 5, step: 0.5, value: state.exaggeration },
      (v) => `× ${v}`,
      (v) => store.set({ exaggeration: v }),
      { "data-testid": "exaggeration" },
    ),
    h(
      "div",
      { class: "ticks" },
      tick(t("parcels"), state.parcels, (parcels) => store.set({ parcels }), {
        "data-testid": "show-parcels",
      }),
      tick(t("sensors"), state.pins, (pins) => store.set({ pins }), {
        "data-testid": "show-sensors",
      }),
    ),
  );

  return { element, update: () => undefined };
}

/** The register of feeds, each with its state and since when. */
export function feeds(context: Context): Part {
  const { t } = context;
  const list = h("ul", { class: "feeds" });
  const element = h(
    "section",
    { class: "section", "data-testid": "feeds" },
    h("h2", { text: t("feeds") }),
    list,
  );

  function update(state: State, before: State | null): void {
    if (!changed(state, before, "feeds", "connection")) return;
    element.hidden = state.feeds.length === 0;
    const away = state.connection !== "live";
    list.replaceChildren(
      ...state.feeds.map((feed) =>
        h(
          "li",
          {
            "data-state": away ? "unknown" : feed.status,
            "data-testid": `feed-${feed.id}`,
            title: feed.message,
          },
          h("span", { class: "dot" }),
          h("span", { class: "feed-name", text: feed.id }),
          h("span", { class: "quiet", text: t(feed.status) }),
          feed.message && feed.status !== "live"
            ? h("p", { class: "quiet feed-note", text: feed.message })
            : null,
        ),
      ),
    );
  }

  return { element, update };
}
