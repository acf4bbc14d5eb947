/** What the page and its decoding worker say to each other. */
import type { ShownView } from "./protocol";
import type { GroundRaster, LayerRaster } from "./raster";

/** Size of the rasters on the screen: the grid at the level of the stream. */
export interface Frame {
  rows: number;
  cols: number;
  /** Spacing of the raster in metres, and level of the stream. */
  texel: number;
  level: number;
  originZ: number;
}

/** Which of the shown views plays which part; the same view may play two. */
export interface Parts {
  layer: ShownView | null;
  control: ShownView | null;
  ground: ShownView | null;
}

export type ToWorker =
  | { type: "site"; frame: Frame }
  | { type: "anew" }
  | { type: "frame"; bytes: ArrayBuffer }
  | { type: "heights"; bytes: ArrayBuffer; anew: boolean; last: boolean }
  | { type: "shown"; step: number; views: ShownView[]; parts: Parts | null };

export type FromWorker =
  | { type: "ground"; ground: GroundRaster }
  | {
      type: "shown";
      step: number;
      layer: LayerRaster | null;
      control: LayerRaster | null;
      /** null: as before. */
      ground: GroundRaster | null;
      /** Difference that hardly any cell exceeds, and the largest. */
      most: number;
      largest: number;
      /** 2nd and 98th percentile through time, when the server told them. */
      typical: { layer?: [number, number]; control?: [number, number] };
    }
  | { type: "refused"; why: string };
