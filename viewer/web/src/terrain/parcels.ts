/** Parcel outlines lying on the ground: a dark ribbon below a light one. */
import {
  BufferAttribute,
  GLSL3,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  type Scene,
  ShaderMaterial,
  Vector2,
  Vector4,
} from "three";
import type { ParcelInfo } from "../api_types";
import type { Uniforms } from "../layers/shown";
import { RIBBON_FRAGMENT, RIBBON_VERTEX } from "./shaders";

/** Ends of pieces no longer than `longest`, so that they follow the ground. */
export function segmentsOf(parcels: readonly ParcelInfo[], longest: number): Float32Array {
  const found: number[] = [];
  for (const ring of parcels.flatMap((parcel) => parcel.rings)) {
    for (let i = 0; i < ring.length; i++) {
      const [ax, ay] = ring[i] ?? [0, 0];
      const [bx, by] = ring[(i + 1) % ring.length] ?? [0, 0];
      const n = Math.ceil(Math.hypot(bx - ax, by - ay) / longest);
      for (let k = 0; k < n; k++) {
        const p = k / n;
        const q = (k + 1) / n;
        found.push(ax + (bx - ax) * p, ay + (by - ay) * p, ax + (bx - ax) * q, ay + (by - ay) * q);
      }
    }
  }
  return Float32Array.from(found);
}

export class ParcelLines {
  readonly view = { value: new Vector2(1, 1) };
  private readonly geometry = new InstancedBufferGeometry();
  private readonly meshes: Mesh[];

  constructor(
    private readonly scene: Scene,
    ground: Uniforms,
  ) {
    const corners = new Float32Array([0, -1, 0, 1, -1, 0, 0, 1, 0, 1, 1, 0]);
    this.geometry.setAttribute("position", new BufferAttribute(corners, 3));
    this.geometry.setIndex([0, 1, 2, 2, 1, 3]);
    this.geometry.instanceCount = 0;
    const ribbon = (width: number, colour: Vector4, order: number): Mesh => {
      const material = new ShaderMaterial({
        glslVersion: GLSL3,
        vertexShader: RIBBON_VERTEX,
        fragmentShader: RIBBON_FRAGMENT,
        transparent: true,
        depthWrite: false,
        uniforms: {
          uHeights: ground.uHeights,
          uHeightsBefore: ground.uHeightsBefore,
          uSize: ground.uSize,
          uTexel: ground.uTexel,
          uUp: ground.uUp,
          uMorph: ground.uMorph,
          uView: this.view,
          uWidth: { value: width },
          uColour: { value: colour },
        },
      });
      const mesh = new Mesh(this.geometry, material);
      mesh.frustumCulled = false;
      mesh.renderOrder = order;
      scene.add(mesh);
      return mesh;
    };
    this.meshes = [
      ribbon(3, new Vector4(0.05, 0.08, 0.08, 0.32), 1),
      ribbon(1.3, new Vector4(1, 1, 1, 0.9), 2),
    ];
  }

  show(parcels: readonly ParcelInfo[], texel: number): void {
    const segments = segmentsOf(parcels, Math.max(2 * texel, 4));
    this.geometry.setAttribute("segment", new InstancedBufferAttribute(segments, 4));
    this.geometry.instanceCount = segments.length / 4;
  }

  set visible(on: boolean) {
    for (const mesh of this.meshes) mesh.visible = on;
  }

  dispose(): void {
    for (const mesh of this.meshes) {
      this.scene.remove(mesh);
      (mesh.material as ShaderMaterial).dispose();
    }
    this.geometry.dispose();
  }
}
