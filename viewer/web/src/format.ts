/** Numbers, units, ages and dates as people read them. Pure. */
import type { Lang } from "./i18n";

const LOCALES: Record<Lang, string> = { en: "en-GB", zh: "zh-CN" };
const SUPERSCRIPTS: Record<string, string> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};
const NAMED_UNITS: Record<string, string> = {
  "1": "",
  percent: "%",
  degC: "°C",
  year: "a",
  ug: "µg",
  degree: "°",
};

/** UDUNITS spelling to print: `t ha-1 year-1` becomes t ha⁻¹ a⁻¹. */
export function unitText(unit: string): string {
  return unit
    .trim()
    .split(/\s+/)
    .map((part) => {
      const found = /^([A-Za-z%°µ]+)(-?\d+)?$/.exec(part);
      if (!found) return NAMED_UNITS[part] ?? part;
      const name = NAMED_UNITS[found[1] ?? ""] ?? found[1] ?? "";
      return name + [...(found[2] ?? "")].map((c) => SUPERSCRIPTS[c] ?? c).join("");
    })
    .join(" ");
}

/** Decimals that show four significant digits, at most six. */
export function decimalsFor(size: number): number {
  if (!Number.isFinite(size) || size === 0) return 0;
  return Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(Math.abs(size)))));
}

/** Four significant digits, thousands grouped; an en dash for nothing. */
export function number(value: number | null, lang: Lang): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value !== 0 && Math.abs(value) < 1e-5) return value.toExponential(2);
  return value.toLocaleString(LOCALES[lang], { maximumFractionDigits: decimalsFor(value) });
}

/** Numbers that stand beside each other: as many decimals as the largest needs for three. */
export function alike(values: (number | null)[], lang: Lang, least = 0): string[] {
  const sizes = values.map((v) => Math.abs(v ?? 0)).filter(Number.isFinite);
  const decimals = Math.max(least, decimalsFor(Math.max(0, ...sizes)) - 1);
  return values.map((v) =>
    v === null || !Number.isFinite(v)
      ? "–"
      : v.toLocaleString(LOCALES[lang], {
          minimumFractionDigits: decimals,
          maximumFractionDigits: decimals,
        }),
  );
}

/** A number with its sign, for differences. */
export function signed(value: number | null, lang: Lang): string {
  const text = number(value, lang);
  return value !== null && value > 0 ? `+${text}` : text;
}

const AGES: readonly [number, [string, string]][] = [
  [86400, ["d", "天"]],
  [3600, ["h", "小时"]],
  [60, ["min", "分钟"]],
  [1, ["s", "秒"]],
];

/** Age in the largest whole unit: 90 s is 1 min. */
export function age(seconds: number, lang: Lang): string {
  const whole = Math.max(0, Math.floor(seconds));
  for (const [size, names] of AGES) {
    if (whole >= size) return `${Math.floor(whole / size)} ${names[lang === "zh" ? 1 : 0]}`;
  }
  return lang === "zh" ? "刚刚" : "now";
}

/** Date of an ISO instant, as day, month and year of the wall it was written on. */
export function day(iso: string, lang: Lang): string {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  if (!year || !month) return iso;
  const at = new Date(Date.UTC(year, month - 1, date ?? 1));
  return at.toLocaleDateString(LOCALES[lang], {
    year: "numeric",
    month: lang === "zh" ? "long" : "short",
    day: "numeric",
    timeZone: "UTC",
  });
}

/** Clock time with date, in the site's time zone. */
export function clock(iso: string, lang: Lang, timeZone: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return at.toLocaleString(LOCALES[lang], {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone,
  });
}

/** Seconds since 1970 of an ISO date or instant. */
export function seconds(iso: string): number {
  return Date.parse(iso.length === 10 ? `${iso}T00:00:00Z` : iso) / 1000;
}
