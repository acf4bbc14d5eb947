/** Cut and fill between the two grounds that are compared, by parcel, with intervals. */
import { failureOf, fetchChange } from "../api";
import type { Amount, ChangeInfo } from "../api_types";
import { number, signed } from "../format";
import type { Lang } from "../i18n";
import { comparedWith, type State } from "../store";
import { type Context, changed, type Part } from "./context";
import { h, tick } from "./dom";

/** Thousands of cubic metres, as many decimals as the error supports. Pure. */
export function thousands(value: number, error: number, lang: Lang): string {
  const decimals = Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(Math.max(error, 0.1)))));
  const rounded = Number((value / 1000).toFixed(decimals));
  return rounded === 0 ? "0" : number(rounded, lang);
}

export function volumes(context: Context): Part {
  const { t, store } = context;
  const ask = h("button", {
    type: "button",
    class: "text-button",
    "data-testid": "volumes-ask",
    text: t("volumesAsk"),
    onclick: () => load(),
  });
  const levelled = tick(t("volumesLevel"), true, () => load(), { "data-testid": "volumes-level" });
  const holder = h("div", { class: "volumes", "data-testid": "volumes" });
  const element = h(
    "section",
    { class: "section", "aria-label": t("volumes") },
    h("h2", { text: t("volumes") }),
    levelled,
    ask,
    holder,
  );
  let shown = "";
  let asked = 0;

  /** The earlier of the two is the one that is compared with. */
  function pair(state: State): [string, string] | null {
    const other = comparedWith(state);
    if (!other || state.choice?.from !== "survey" || !state.surface) return null;
    return [other.id, state.surface];
  }

  async function load(): Promise<void> {
    const wanted = pair(store.state);
    if (!wanted) return;
    const move = levelled.querySelector("input")?.checked ? "level" : "";
    const ticket = ++asked;
    ask.disabled = true;
    holder.replaceChildren(h("p", { class: "quiet", text: t("volumesWait") }));
    try {
      const found = await fetchChange(...wanted, move);
      if (ticket === asked) fill(found);
    } catch (error) {
      if (ticket === asked) {
        const told = failureOf(error, "/api/change");
        holder.replaceChildren(h("p", { class: "quiet", text: `${told.what} ${told.mend}` }));
      }
    }
    ask.disabled = false;
  }

  function fill(found: ChangeInfo): void {
    const { lang, site } = store.state;
    const name = (id: string) => {
      if (id === "site") return t("wholeSite");
      const parcel = site?.parcels.find((p) => p.id === id);
      return parcel ? context.label(parcel) : id;
    };
    const cell = (amount: Amount, error: number) =>
      h("td", { text: thousands(amount.value, error, lang) });
    const rows = found.parcels.map((row) =>
      h(
        "tr",
        { title: t("volumesNet", ...interval(row.net, lang)) },
        h("th", { scope: "row", text: name(row.parcel) }),
        cell(row.cut, row.net.error),
        cell(row.fill, row.net.error),
        cell(row.net, row.net.error),
      ),
    );
    const { bias, bias_error, removed } = found.bias;
    const told = removed === null ? bias : removed;
    holder.replaceChildren(
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { text: "10³ m³" }),
            h("th", { text: t("cut") }),
            h("th", { text: t("fill") }),
            h("th", { text: t("net") }),
          ),
        ),
        h("tbody", {}, ...rows),
      ),
      h("p", {
        class: "quiet",
        text: t(
          removed === null ? "biasKept" : "biasTaken",
          signed(Number(told.toFixed(3)), lang),
          number(Number(bias_error.toFixed(3)), lang),
        ),
      }),
    );
  }

  function interval(amount: Amount, lang: Lang): [string, string] {
    return [
      thousands(amount.low_95, amount.error, lang),
      thousands(amount.high_95, amount.error, lang),
    ];
  }

  function update(state: State, before: State | null): void {
    if (!changed(state, before, "site", "surface", "against", "choice")) return;
    const wanted = pair(state);
    element.hidden = !wanted;
    const key = JSON.stringify(wanted);
    if (key === shown) return;
    shown = key;
    asked++;
    ask.disabled = false;
    holder.replaceChildren();
  }

  return { element, update };
}
