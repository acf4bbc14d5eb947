/** Top bar: whose site it is, how fresh what you see is, and the page's own settings. */
import type { Word } from "../i18n";
import type { Connection, State, Theme } from "../store";
import { type Context, changed, type Part } from "./context";
import { h, icon, iconButton } from "./dom";

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const THEME_ICON = { system: "auto", light: "sun", dark: "moon" } as const;
const THEME_WORD: Record<Theme, Word> = {
  system: "themeSystem",
  light: "themeLight",
  dark: "themeDark",
};

export function topbar(context: Context, help: () => void): Part {
  const { t, store } = context;
  const name = h("h1", { class: "site-name", "data-testid": "site-name" });
  const badge = h("span", {
    class: "badge",
    "data-testid": "synthetic-badge",
    text: t("synthetic"),
    title: t("syntheticHint"),
  });
  const light = h(
    "span",
    { class: "connection", "data-testid": "connection-state", role: "status" },
    h("span", { class: "dot" }),
    h("span", { class: "connection-text" }),
  );
  const broken = h("span", {
    class: "connection",
    "data-state": "stale",
    "data-testid": "feed-state",
    role: "status",
  });
  const theme = iconButton(
    "auto",
    t("theme"),
    () => {
      const next = THEMES[(THEMES.indexOf(store.state.theme) + 1) % THEMES.length] ?? "system";
      store.set({ theme: next });
    },
    { "data-testid": "theme-toggle" },
  );
  const element = h(
    "header",
    { class: "topbar" },
    iconButton("panel", t("panels"), () => store.set({ panel: !store.state.panel }), {
      "data-testid": "panel-toggle",
    }),
    h("div", { class: "brand", "aria-hidden": "true" }, h("span", { class: "mark" })),
    name,
    badge,
    h("span", { class: "spring" }),
    broken,
    light,
    h(
      "button",
      {
        type: "button",
        class: "text-button",
        "data-testid": "indicators-toggle",
        onclick: () => store.set({ drawer: !store.state.drawer }),
      },
      icon("table"),
      h("span", { text: t("indicators") }),
    ),
    h("button", {
      type: "button",
      class: "text-button lang",
      "data-testid": "lang-toggle",
      text: t("language"),
      "aria-label": t("languageHint"),
      title: t("languageHint"),
      onclick: () => store.set({ lang: store.state.lang === "en" ? "zh" : "en" }),
    }),
    theme,
    h("button", {
      type: "button",
      class: "icon-button question",
      "aria-label": t("help"),
      title: t("help"),
      "data-testid": "help-toggle",
      text: "?",
      onclick: help,
    }),
  );

  function update(state: State, before: State | null): void {
    if (changed(state, before, "site")) {
      const { site } = state;
      name.textContent = site
        ? (state.lang === "zh" ? site.name_zh : site.name) || site.name
        : t("appName");
      badge.hidden = !site?.synthetic;
    }
    if (changed(state, before, "connection")) showConnection(state.connection);
    if (changed(state, before, "feeds")) showFeeds(state);
    if (changed(state, before, "theme")) {
      const label = `${t("theme")}: ${t(THEME_WORD[state.theme])}`;
      theme.replaceChildren(icon(THEME_ICON[state.theme]));
      theme.setAttribute("aria-label", label);
      theme.title = label;
    }
  }

  function showFeeds(state: State): void {
    const down = state.feeds.filter((f) => f.status === "failed" || f.status === "reconnecting");
    broken.hidden = down.length === 0;
    broken.replaceChildren(
      h("span", { class: "dot" }),
      t("feedBroken", down.map((f) => f.id).join(", ")),
    );
    broken.title = down.map((f) => `${f.id}: ${f.message}`).join("\n");
  }

  function showConnection(connection: Connection): void {
    light.dataset.state = connection;
    const [, text] = light.children;
    if (text) text.textContent = t(connection);
    light.title = t(`${connection}Hint` as Word);
  }

  return { element, update };
}
