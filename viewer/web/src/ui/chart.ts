/** Charts through time with uPlot: units on the axis, years below, plan beside control. */
import uPlot from "uplot";
import { number } from "../format";
import type { Lang } from "../i18n";

export interface Line {
  label: string;
  values: (number | null)[];
  /** Custom property that holds its colour. */
  colour: string;
  dash?: number[];
}

export interface ChartSpec {
  times: number[];
  lines: Line[];
  unit: string;
  lang: Lang;
  width: number;
  height: number;
  /** Years, or hours of a day in the site's zone. */
  axis: "years" | "clock";
  timeZone?: string;
  /** Instant to mark. */
  at?: number | null;
  onpick?: (index: number) => void;
}

function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export class Chart {
  private plot: uPlot;
  private at: number | null;

  constructor(
    readonly root: HTMLElement,
    private readonly spec: ChartSpec,
  ) {
    this.at = spec.at ?? null;
    this.plot = new uPlot(this.options(), this.data(), root);
    if (spec.onpick) this.plot.over.addEventListener("click", this.picked);
  }

  private readonly picked = (): void => {
    const { idx } = this.plot.cursor;
    if (idx !== null && idx !== undefined) this.spec.onpick?.(idx);
  };

  private data(): uPlot.AlignedData {
    return [this.spec.times, ...this.spec.lines.map((line) => line.values)];
  }

  private options(): uPlot.Options {
    const { spec } = this;
    const quiet = css("--ink-2");
    const zone = spec.timeZone ?? "UTC";
    const axis = {
      stroke: quiet,
      font: `11px ${css("--font")}`,
      ticks: { show: false },
      grid: { stroke: css("--line"), width: 1 },
    };
    return {
      width: spec.width,
      height: spec.height,
      pxAlign: 1,
      padding: [10, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
      tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), zone),
      scales: {
        x: { time: true },
        y: { range: (_, low, high) => spread(low, high) },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 30,
          gap: 8,
          space: 52,
          ...(spec.axis === "years" && {
            values: (_, stamps) => stamps.map((s) => String(new Date(s * 1000).getUTCFullYear())),
            incrs: [1, 2, 5, 10, 20, 50].map((years) => years * 365.25 * 86400),
          }),
          ...(spec.axis === "clock" && { values: (_, stamps) => stamps.map((s) => hour(s, zone)) }),
        },
        {
          ...axis,
          size: (_, values) => 16 + 6.4 * Math.max(0, ...(values ?? []).map((v) => v.length)),
          gap: 5,
          space: 34,
          values: (_, values) => values.map((v) => number(v, spec.lang)),
        },
      ],
      series: [
        {},
        ...spec.lines.map((line) => ({
          label: line.label,
          stroke: css(line.colour),
          width: 2,
          points: { show: false },
          ...(line.dash && { dash: line.dash }),
          spanGaps: false,
        })),
      ],
      hooks: { draw: [(plot) => this.mark(plot)] },
    };
  }

  private mark(plot: uPlot): void {
    if (this.at === null) return;
    const x = Math.round(plot.valToPos(this.at, "x", true)) + 0.5;
    const { top, height } = plot.bbox;
    plot.ctx.save();
    plot.ctx.strokeStyle = css("--ink");
    plot.ctx.globalAlpha = 0.55;
    plot.ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    plot.ctx.beginPath();
    plot.ctx.moveTo(x, top);
    plot.ctx.lineTo(x, top + height);
    plot.ctx.stroke();
    plot.ctx.restore();
  }

  /** Move the mark to another instant. */
  moveTo(at: number | null): void {
    if (at === this.at) return;
    this.at = at;
    this.plot.redraw(false);
  }

  dispose(): void {
    this.plot.over.removeEventListener("click", this.picked);
    this.plot.destroy();
  }
}

function hour(stamp: number, timeZone: string): string {
  return new Date(stamp * 1000).toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  });
}

/** Room above and below; never so close that a change of a percent looks like a cliff. */
export function spread(low: number | null, high: number | null): [number, number] {
  const a = low ?? 0;
  const b = high ?? 1;
  const least = Math.max(Math.abs(a), Math.abs(b)) * 0.2 || 1;
  const room = Math.max((b - a) * 0.08, (least - (b - a)) / 2);
  return [a >= 0 && a - room < (b - a + 2 * room) * 0.6 ? 0 : a - room, b + room];
}
