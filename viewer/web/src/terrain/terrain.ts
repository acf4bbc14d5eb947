/** The ground as one instanced mesh: patches chosen by the quadtree, with skirts. */
import {
  Box3,
  BufferAttribute,
  DynamicDrawUsage,
  Frustum,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Matrix4,
  Mesh,
  type PerspectiveCamera,
  type Scene,
  type ShaderMaterial,
} from "three";
import type { GroundRaster } from "../raster";
import { type Extent, type Eye, MOST_PATCHES, PATCH, type Sees, select } from "./quadtree";

/** Grid of a patch, x right and y down in steps, z = 1 on the skirt. */
function patchGeometry(): InstancedBufferGeometry {
  const line = PATCH + 1;
  const inner = line * line;
  const positions = new Float32Array((inner + 4 * line) * 3);
  const indices: number[] = [];
  for (let y = 0; y < line; y++) {
    for (let x = 0; x < line; x++) positions.set([x, y, 0], (y * line + x) * 3);
  }
  for (let y = 0; y < PATCH; y++) {
    for (let x = 0; x < PATCH; x++) {
      const a = y * line + x;
      indices.push(a, a + line, a + 1, a + 1, a + line, a + line + 1);
    }
  }
  const edges = [
    (i: number) => i, // north
    (i: number) => (i + 1) * line - 1, // east
    (i: number) => inner - 1 - i, // south
    (i: number) => (PATCH - i) * line, // west
  ];
  edges.forEach((edge, side) => {
    for (let i = 0; i < line; i++) {
      const top = edge(i);
      const below = inner + side * line + i;
      positions.set([positions[top * 3] ?? 0, positions[top * 3 + 1] ?? 0, 1], below * 3);
      if (i === PATCH) continue;
      indices.push(top, edge(i + 1), below, below, edge(i + 1), below + 1);
    }
  });
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(positions, 3));
  geometry.setIndex(indices);
  return geometry;
}

export class Terrain {
  private readonly geometry = patchGeometry();
  private readonly patches = new InstancedBufferAttribute(new Float32Array(MOST_PATCHES * 3), 3);
  private readonly mesh: Mesh;
  private readonly extent: Extent = { rows: 1, cols: 1, texel: 1, low: 0, high: 0 };
  private readonly eye: Eye = { x: 0, y: 0, z: 0, pixelsPerRadian: 1 };
  private readonly frustum = new Frustum();
  private readonly matrix = new Matrix4();
  private readonly box = new Box3();
  private floor = 0;
  private readonly sees: Sees;

  constructor(
    private readonly scene: Scene,
    material: ShaderMaterial,
    /** Size in pixels at which a patch is split. */
    private readonly pixels: number,
  ) {
    this.patches.setUsage(DynamicDrawUsage);
    this.geometry.setAttribute("patchAt", this.patches);
    this.geometry.instanceCount = 0;
    this.mesh = new Mesh(this.geometry, material);
    this.mesh.frustumCulled = false;
    this.sees = (x0, y0, _low, x1, y1, high) => {
      this.box.min.set(x0, y0, this.floor);
      this.box.max.set(x1, y1, high);
      return this.frustum.intersectsBox(this.box);
    };
    scene.add(this.mesh);
  }

  shape(ground: GroundRaster, texel: number): void {
    Object.assign(this.extent, { rows: ground.rows, cols: ground.cols, texel });
  }

  /** Choose the patches for this camera; heights are drawn `up` times as high. */
  update(
    camera: PerspectiveCamera,
    viewHeight: number,
    low: number,
    high: number,
    up: number,
  ): void {
    this.matrix.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.frustum.setFromProjectionMatrix(this.matrix);
    this.extent.low = low * up;
    this.extent.high = high * up;
    this.floor = low * up;
    this.eye.x = camera.position.x;
    this.eye.y = camera.position.y;
    this.eye.z = camera.position.z;
    this.eye.pixelsPerRadian = viewHeight / (2 * Math.tan((camera.fov * Math.PI) / 360));
    this.geometry.instanceCount = select(
      this.patches.array as Float32Array,
      this.extent,
      this.eye,
      this.pixels,
      this.sees,
    );
    this.patches.needsUpdate = true;
  }

  dispose(): void {
    this.scene.remove(this.mesh);
    this.geometry.dispose();
  }
}
