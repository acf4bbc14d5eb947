/** Indicators of every parcel at the shown date, the plan beside its control. */
import { fetchIndicators } from "../api";
import type { TableInfo } from "../api_types";
import { alike, day, unitText } from "../format";
import { pairOf, runOf, type State } from "../store";
import { type Context, changed, type Part } from "./context";
import { h, iconButton } from "./dom";

type Cell = string | number | null;
type Row = Record<string, Cell>;

/** Rows of a table as records. Pure. */
export function records(table: TableInfo): Row[] {
  return table.rows.map((row) =>
    Object.fromEntries(table.columns.map((c, i) => [c, row[i] ?? null])),
  );
}

/** The rows of a date; of the last date before it when there is none. Pure. */
export function rowsAt(rows: readonly Row[], date: string): Row[] {
  const dates = [...new Set(rows.map((row) => String(row.date)))].sort();
  const nearest = dates.filter((d) => d <= date).at(-1) ?? dates[0];
  return rows.filter((row) => String(row.date) === nearest);
}

/** Text of a table as CSV. Pure. */
export function csv(table: TableInfo): string {
  const quote = (cell: Cell) => {
    const text = cell === null ? "" : String(cell);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [table.columns, ...table.rows].map((row) => row.map(quote).join(",")).join("\r\n");
}

/** Difference to the control, null where it is nothing that the numbers would show. Pure. */
export function changeOf(value: number, other: Cell | undefined): number | null {
  if (typeof other !== "number") return null;
  const change = value - other;
  const size = Math.max(Math.abs(value), Math.abs(other));
  return Math.abs(change) > 5e-3 * size ? change : null;
}

export function indicators(context: Context): Part {
  const { t, store } = context;
  const date = h("span", { class: "quiet" });
  const holder = h("div", {
    class: "table-holder",
    tabindex: 0,
    role: "region",
    "aria-label": t("indicatorsOf"),
  });
  const none = h("p", { class: "quiet", text: t("noIndicators") });
  const element = h(
    "section",
    { class: "drawer card", "data-testid": "indicators", "aria-label": t("indicators") },
    h(
      "div",
      { class: "side-head" },
      h("h2", { text: t("indicatorsOf") }),
      date,
      h("span", { class: "spring" }),
      h("button", {
        type: "button",
        class: "text-button",
        text: t("download"),
        "data-testid": "indicators-csv",
        onclick: save,
      }),
      iconButton("close", t("close"), () => store.set({ drawer: false })),
    ),
    none,
    holder,
  );
  const tables = new Map<string, TableInfo>();

  async function load(ids: (string | undefined)[]): Promise<void> {
    for (const id of ids) {
      if (!id || tables.has(id)) continue;
      const table = await fetchIndicators(id).catch(() => null);
      if (table) tables.set(id, table);
    }
    fill(store.state);
  }

  function update(state: State, before: State | null): void {
    element.hidden = !state.drawer;
    if (changed(state, before, "site")) tables.clear();
    if (!state.drawer) return;
    if (changed(state, before, "site", "run", "drawer"))
      load([state.run ?? undefined, pairOf(state)?.id]);
    else if (changed(state, before, "shown")) fill(state);
  }

  function fill(state: State): void {
    const table = tables.get(state.run ?? "");
    const other = tables.get(pairOf(state)?.id ?? "");
    const time = runOf(state)?.times[Math.max(0, state.shown)] ?? "";
    none.hidden = !!table?.rows.length;
    holder.hidden = !table?.rows.length;
    date.textContent = time ? day(time, state.lang) : "";
    if (!table) return;
    const rows = rowsAt(records(table), time);
    const beside = other ? rowsAt(records(other), time) : [];
    const columns = table.columns.filter((c) => c !== "date");
    holder.replaceChildren(
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ...columns.map((c) => head(c, table)))),
        h(
          "tbody",
          {},
          ...rows.map((row) =>
            line(
              row,
              beside.find((b) => b.parcel === row.parcel),
              columns,
            ),
          ),
        ),
      ),
    );
  }

  function head(column: string, table: TableInfo): HTMLElement {
    const known = table.heads?.find((one) => one.name === column);
    const label = known
      ? context.label(known)
      : column === "parcel"
        ? t("parcel")
        : column === "area_ha"
          ? t("area")
          : column;
    const unit = known ? known.unit : column === "area_ha" ? "ha" : "";
    const shown = unit === "currency" ? t("currency") : unitText(unit);
    return h(
      "th",
      { scope: "col" },
      label,
      shown ? h("span", { class: "quiet", text: ` ${shown}` }) : null,
    );
  }

  function line(row: Row, beside: Row | undefined, columns: string[]): HTMLElement {
    const { lang, site } = store.state;
    return h(
      "tr",
      {},
      ...columns.map((column) => {
        const value = row[column] ?? null;
        if (typeof value !== "number") {
          const parcel = site?.parcels.find((p) => p.id === value);
          const text = parcel
            ? context.label(parcel)
            : column === "parcel"
              ? t("outsideParcels")
              : String(value ?? "");
          return h("th", { scope: "row", text });
        }
        const other = beside?.[column];
        const change = column === "area_ha" ? null : changeOf(value, other);
        const [own = "", apart = ""] = alike([value, change], lang);
        return h(
          "td",
          {},
          own,
          change === null
            ? null
            : h("span", {
                class: "change",
                text: change > 0 ? `+${apart}` : apart,
                title: t("legendDifference"),
              }),
        );
      }),
    );
  }

  function save(): void {
    const { run } = store.state;
    const table = tables.get(run ?? "");
    if (!table) return;
    const link = h("a", {
      href: URL.createObjectURL(
        new Blob([`\uFEFF${csv(table)}`], { type: "text/csv;charset=utf-8" }),
      ),
      download: `${run}-indicators.csv`,
    });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  return { element, update };
}
