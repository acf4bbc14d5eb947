/** Starts the page. */
import "uplot/dist/uPlot.min.css";
import { App } from "./app";
import { translate } from "./i18n";
import { rememberedLang } from "./settings";
import { h } from "./ui/dom";

const root = document.querySelector<HTMLElement>("#app");
if (root) {
  if (document.createElement("canvas").getContext("webgl2")) {
    const app = new App(root);
    window.__minetwin = app.hook;
    app.start();
  } else {
    root.replaceChildren(
      h("p", { class: "no-webgl", text: translate(rememberedLang(), "noWebgl") }),
    );
  }
}
