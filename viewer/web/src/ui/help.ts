/** The list of keys, in a dialog. */
import type { Word } from "../i18n";
import type { Context, Part } from "./context";
import { h, iconButton } from "./dom";

const KEYS: readonly [string[], Word][] = [
  [["←", "→", "↑", "↓"], "keyMove"],
  [["Q", "E"], "keyTurn"],
  [["R", "F"], "keyTilt"],
  [["+", "−"], "keyZoom"],
  [["Home"], "keyHome"],
  [["Enter"], "keyPick"],
  [["Space"], "keyPlay"],
  [["[", "]"], "keyStep"],
  [["D"], "keyDifference"],
  [["I"], "keyIndicators"],
  [["L"], "keyLanguage"],
  [["Esc"], "keyClose"],
  [["?"], "keyHelp"],
];

export function helpDialog(context: Context): Part & { show(): void } {
  const { t } = context;
  const element = h(
    "dialog",
    { class: "help card", "data-testid": "help", "aria-label": t("help") },
    h(
      "div",
      { class: "side-head" },
      h("h2", { text: t("help") }),
      iconButton("close", t("close"), () => element.close()),
    ),
    h(
      "dl",
      { class: "keys" },
      ...KEYS.flatMap(([keys, word]) => [
        h("dt", {}, ...keys.map((key) => h("kbd", { text: key }))),
        h("dd", { text: t(word) }),
      ]),
      h("dt", { text: t("mouse") }),
      h("dd", { text: t("mouseHint") }),
    ),
  );
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  return { element, update: () => undefined, show: () => element.showModal() };
}
