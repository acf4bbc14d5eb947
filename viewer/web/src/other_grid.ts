/** Why a run of another grid than the site's is not shown, in words. Pure. */
import type { GridDifference, RunInfo, SiteInfo } from "./api_types";
import { type Lang, translate, type Word } from "./i18n";

const WORDS: Record<Exclude<GridDifference["what"], "active">, Word> = {
  crs: "gridCrs",
  vertical: "gridVertical",
  cell: "gridCell",
  west: "gridWest",
  north: "gridNorth",
  shape: "gridShape",
};

/** One difference: how the run has it, and the site now. */
export function differenceText({ what, run, site }: GridDifference, lang: Lang): string {
  if (what === "active") return translate(lang, "gridActive", run, site);
  return translate(lang, "gridChange", translate(lang, WORDS[what]), run, site);
}

/** What differs, and how to mend it; null for a run that can be shown. */
export function reasonOf(run: RunInfo, name: string, site: SiteInfo, lang: Lang): string | null {
  if (!run.other_grid.length) return null;
  const apart = run.other_grid.map((one) => differenceText(one, lang));
  const why = translate(lang, "otherGridWhy", name, apart.join(lang === "zh" ? ";" : "; "));
  const mend = translate(lang, site.rebuilt ? "serveAgain" : "runAgain");
  return lang === "zh" ? `${why}${mend}` : `${why} ${mend}`;
}
