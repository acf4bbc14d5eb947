/** The map: ground, layers, outlines and what is pinned to it, drawn together. */
import { Raycaster, Vector2 } from "three";
import type { ParcelInfo } from "../api_types";
import { type Mode, Shown } from "../layers/shown";
import type { Range } from "../palette";
import { Overlay } from "../pins/overlay";
import type { GroundRaster, LayerRaster } from "../raster";
import { HeightField, type Hit } from "../terrain/heights";
import { ParcelLines } from "../terrain/parcels";
import { Terrain } from "../terrain/terrain";
import { clip, overview } from "./camera";
import { Scene } from "./scene";

const MORPH_MS = 320;
const SPLIT_PIXELS = { software: 7, hardware: 3.5 };
const LOOK = {
  light: {
    clay: [0.72, 0.68, 0.61],
    high: [0.86, 0.83, 0.77],
    side: [0.56, 0.5, 0.43],
    haze: [0.9, 0.92, 0.92],
  },
  dark: {
    clay: [0.5, 0.48, 0.45],
    high: [0.66, 0.64, 0.6],
    side: [0.27, 0.25, 0.23],
    haze: [0.09, 0.11, 0.12],
  },
};

export class SiteMap {
  readonly scene: Scene;
  readonly shown = new Shown();
  readonly overlay: Overlay;
  private readonly terrain: Terrain;
  private readonly lines: ParcelLines;
  private readonly ray = new Raycaster();
  private readonly pointer = new Vector2();
  private field: HeightField | null = null;
  private morphFrom = 0;
  private framed = false;
  private size = 100;

  constructor(canvas: HTMLCanvasElement, overlayRoot: HTMLElement) {
    this.scene = new Scene(canvas);
    this.overlay = new Overlay(overlayRoot, this.scene);
    const pixels = this.scene.software ? SPLIT_PIXELS.software : SPLIT_PIXELS.hardware;
    this.terrain = new Terrain(this.scene.graph, this.shown.material, pixels);
    this.lines = new ParcelLines(this.scene.graph, this.shown.uniforms);
    this.scene.before = (now) => this.prepare(now);
    this.scene.after = () => {
      if (this.field) this.overlay.update(this.field, this.up);
    };
  }

  get up(): number {
    return this.shown.uniforms.uUp.value;
  }

  get heights(): HeightField | null {
    return this.field;
  }

  /** True once there is ground on the screen. */
  get ready(): boolean {
    return this.field !== null;
  }

  private prepare(now: number): boolean {
    if (!this.field) return false;
    const { low, high } = this.field.ground;
    clip(this.scene, this.size);
    this.shown.uniforms.uFar.value = this.size * 4;
    this.lines.view.value.set(this.scene.width, this.scene.height);
    this.terrain.update(this.scene.camera, this.scene.height, low, high, this.up);
    const morph = Math.min(1, (now - this.morphFrom) / MORPH_MS);
    this.shown.uniforms.uMorph.value = morph < 0 ? 0 : morph * morph * (3 - 2 * morph);
    return morph < 1;
  }

  setGround(ground: GroundRaster, texel: number): void {
    this.shown.ground(ground, texel);
    this.terrain.shape(ground, texel);
    this.field = new HeightField(ground, texel);
    this.size = Math.max(this.field.halfWidth, this.field.halfHeight);
    if (!this.framed && ground.high > ground.low) this.home();
    this.scene.invalidate();
  }

  /** Layer and ground of a step appear together, morphing from what was there. */
  setStep(
    step: { layer: LayerRaster | null; control: LayerRaster | null; ground: GroundRaster | null },
    texel: number,
    morph: boolean,
  ): void {
    const first = !this.field;
    if (step.ground) this.setGround(step.ground, texel);
    else this.shown.still();
    this.shown.layers(step.layer, step.control);
    const still = !morph || first || this.scene.reduced.matches || this.scene.software;
    this.morphFrom = still ? -MORPH_MS : performance.now();
    this.scene.invalidate();
  }

  setColours(mode: Mode, map: string, range: Range, opacity: number): void {
    this.shown.colours(mode, map, range, opacity);
    this.scene.invalidate();
  }

  setParcels(parcels: readonly ParcelInfo[], cell: number, visible: boolean): void {
    this.lines.show(parcels, cell);
    this.lines.visible = visible;
    this.scene.invalidate();
  }

  setExaggeration(up: number): void {
    this.shown.uniforms.uUp.value = up;
    this.scene.invalidate();
  }

  setDark(dark: boolean): void {
    const look = dark ? LOOK.dark : LOOK.light;
    this.shown.uniforms.uClay.value.fromArray(look.clay);
    this.shown.uniforms.uClayHigh.value.fromArray(look.high);
    this.shown.uniforms.uSide.value.fromArray(look.side);
    this.shown.uniforms.uHaze.value.fromArray(look.haze);
    this.scene.invalidate();
  }

  /** Panels that cover the map's left side (px) or not. */
  setCovered(left: number): void {
    this.scene.setInsets({ left, top: 56, bottom: 84 });
  }

  /** The whole site. */
  home(): void {
    if (!this.field) return;
    this.framed = true;
    const { low, high } = this.field.ground;
    overview(this.scene, this.field.halfWidth, this.field.halfHeight, ((low + high) / 2) * this.up);
  }

  /** The place on the ground below a pixel of the canvas. */
  pick(px: number, py: number): Hit | null {
    if (!this.field) return null;
    this.pointer.set((px / this.scene.width) * 2 - 1, 1 - (py / this.scene.height) * 2);
    this.ray.setFromCamera(this.pointer, this.scene.camera);
    return this.field.meet(this.ray.ray.origin, this.ray.ray.direction, this.up);
  }

  dispose(): void {
    this.terrain.dispose();
    this.lines.dispose();
    this.shown.dispose();
    this.scene.dispose();
  }
}
