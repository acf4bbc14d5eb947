/** What lies on the ground: layer, control, range and colours, and the morph between steps. */
import { type DataTexture, GLSL3, ShaderMaterial, Vector2, Vector3, Vector4 } from "three";
import type { Range } from "../palette";
import type { GroundRaster, LayerRaster } from "../raster";
import { TERRAIN_FRAGMENT, TERRAIN_VERTEX } from "../terrain/shaders";
import { flat, mapTexture, nothing, refill } from "./textures";

export type Mode = "relief" | "layer" | "difference";
const MODES: Record<Mode, number> = { relief: 0, layer: 1, difference: 2 };

function uniforms() {
  return {
    uHeights: { value: flat() },
    uHeightsBefore: { value: flat() },
    uSlopes: { value: nothing() },
    uLayer: { value: nothing() },
    uLayerBefore: { value: nothing() },
    uControl: { value: nothing() },
    uControlBefore: { value: nothing() },
    uMap: { value: mapTexture("batlow") },
    uScales: { value: new Vector4(1, 0, 1, 0) },
    uScalesBefore: { value: new Vector4(1, 0, 1, 0) },
    uRange: { value: new Vector2(0, 1) },
    uSize: { value: new Vector2(1, 1) },
    uMode: { value: 0 },
    uOpacity: { value: 1 },
    uMorph: { value: 1 },
    uTexel: { value: 1 },
    uUp: { value: 1 },
    uFloor: { value: -20 },
    uTop: { value: 100 },
    uFar: { value: 4000 },
    uSun: { value: new Vector3(-0.52, 0.52, 0.68).normalize() },
    uClay: { value: new Vector3() },
    uClayHigh: { value: new Vector3() },
    uSide: { value: new Vector3() },
    uHaze: { value: new Vector3() },
  };
}

export type Uniforms = ReturnType<typeof uniforms>;
type TextureName = "uLayer" | "uControl" | "uHeights";

export class Shown {
  readonly uniforms: Uniforms = uniforms();
  readonly material: ShaderMaterial;
  private map = "batlow";

  constructor() {
    this.material = new ShaderMaterial({
      glslVersion: GLSL3,
      uniforms: this.uniforms,
      vertexShader: TERRAIN_VERTEX,
      fragmentShader: TERRAIN_FRAGMENT,
    });
  }

  /** Remember what is on the screen as what to morph from. */
  private keep(name: TextureName): void {
    const before = this.uniforms[`${name}Before`];
    const old = before.value;
    before.value = this.uniforms[name].value;
    this.uniforms[name].value = old; // its memory is filled anew
  }

  private fill(
    name: TextureName,
    data: Uint8Array | Float32Array,
    cols: number,
    rows: number,
  ): void {
    this.uniforms[name].value = refill(this.uniforms[name].value, data, cols, rows);
  }

  ground(ground: GroundRaster, texel: number): void {
    const { rows, cols } = ground;
    this.keep("uHeights");
    this.fill("uHeights", ground.heights, cols, rows);
    const before = this.uniforms.uHeightsBefore.value.image;
    if (before.width !== cols || before.height !== rows) {
      this.uniforms.uHeightsBefore.value = refill(
        this.uniforms.uHeightsBefore.value,
        ground.heights,
        cols,
        rows,
      );
    }
    this.uniforms.uSlopes.value = refill(this.uniforms.uSlopes.value, ground.slopes, cols, rows);
    this.uniforms.uSize.value.set(cols, rows);
    this.uniforms.uTexel.value = texel;
    this.uniforms.uTop.value = ground.high;
    this.uniforms.uFloor.value = ground.low - Math.max(12, (ground.high - ground.low) * 0.18);
  }

  /** Ground that did not change stands still while the layer morphs. */
  still(): void {
    const { uHeights, uHeightsBefore } = this.uniforms;
    const { data, width, height } = uHeights.value.image;
    if (uHeightsBefore.value.image.data === data) return;
    uHeightsBefore.value = refill(uHeightsBefore.value, data as Float32Array, width, height);
  }

  layers(layer: LayerRaster | null, control: LayerRaster | null): void {
    this.keep("uLayer");
    this.keep("uControl");
    this.uniforms.uScalesBefore.value.copy(this.uniforms.uScales.value);
    const scales = this.uniforms.uScales.value;
    if (layer) {
      this.fill("uLayer", layer.texels, layer.cols, layer.rows);
      scales.x = layer.scale;
      scales.y = layer.base;
    }
    if (control) {
      this.fill("uControl", control.texels, control.cols, control.rows);
      scales.z = control.scale;
      scales.w = control.base;
    }
  }

  colours(mode: Mode, map: string, range: Range, opacity: number): void {
    this.uniforms.uMode.value = MODES[mode];
    this.uniforms.uRange.value.set(range.low, range.high);
    this.uniforms.uOpacity.value = opacity;
    if (map === this.map) return;
    this.map = map;
    this.uniforms.uMap.value.dispose();
    this.uniforms.uMap.value = mapTexture(map);
  }

  dispose(): void {
    this.material.dispose();
    for (const uniform of Object.values(this.uniforms)) {
      const value = uniform.value as Partial<DataTexture>;
      if (value?.isTexture) value.dispose?.();
    }
  }
}
