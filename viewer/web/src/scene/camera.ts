/** Moves of the camera that the keyboard and the page ask for. */
import { MathUtils, Vector3 } from "three";
import type { Scene } from "./scene";

export interface Pose {
  /** Looked-at place in local metres. */
  x: number;
  y: number;
  z: number;
  distance: number;
  /** Compass direction of the view in degrees, 0 north; and above the horizon. */
  heading: number;
  height: number;
}

const ARM = new Vector3();

/** Put the camera at a pose. */
export function place(scene: Scene, pose: Pose): void {
  const { camera, controls } = scene;
  const heading = MathUtils.degToRad(pose.heading);
  const up = MathUtils.degToRad(pose.height);
  controls.target.set(pose.x, pose.y, pose.z);
  camera.position.set(
    pose.x - Math.sin(heading) * Math.cos(up) * pose.distance,
    pose.y - Math.cos(heading) * Math.cos(up) * pose.distance,
    pose.z + Math.sin(up) * pose.distance,
  );
  controls.update();
  scene.invalidate();
}

/** Where the camera is. */
export function pose(scene: Scene): Pose {
  const { camera, controls } = scene;
  ARM.subVectors(controls.target, camera.position);
  const distance = ARM.length();
  return {
    x: controls.target.x,
    y: controls.target.y,
    z: controls.target.z,
    distance,
    heading: (MathUtils.radToDeg(Math.atan2(ARM.x, ARM.y)) + 360) % 360,
    height: MathUtils.radToDeg(Math.asin(-ARM.z / distance)),
  };
}

const FROM = { heading: 18, height: 42 };

/** The whole site between the panels, seen from the south-south-west. */
export function overview(scene: Scene, halfWidth: number, halfHeight: number, z: number): void {
  const { insets, camera } = scene;
  const heading = MathUtils.degToRad(FROM.heading);
  const across = Math.cos(heading) * halfWidth + Math.sin(heading) * halfHeight;
  const deep = Math.sin(heading) * halfWidth + Math.cos(heading) * halfHeight;
  const upright = deep * Math.sin(MathUtils.degToRad(FROM.height));
  const focal = scene.height / (2 * Math.tan(MathUtils.degToRad(camera.fov / 2)));
  const wide = Math.max(200, scene.width - insets.left - insets.right) * 0.94;
  const high = Math.max(200, scene.height - insets.top - insets.bottom) * 0.94;
  // The near edge is closer than the middle, hence larger, by about these parts.
  const distance = Math.max(
    (2 * across * 1.06 * focal) / wide,
    (2 * upright * 1.16 * focal) / high,
  );
  const size = Math.max(halfWidth, halfHeight);
  scene.controls.minDistance = Math.max(10, size / 60);
  scene.controls.maxDistance = size * 12;
  place(scene, { x: 0, y: -halfHeight * 0.12, z, distance, ...FROM });
}

/** Clip planes that follow the distance. */
export function clip(scene: Scene, size: number): void {
  const distance = scene.camera.position.distanceTo(scene.controls.target);
  const near = Math.max(0.5, distance / 100);
  const far = distance + size * 5;
  if (scene.camera.near === near && scene.camera.far === far) return;
  scene.camera.near = near;
  scene.camera.far = far;
  scene.camera.updateProjectionMatrix();
}

/** Keys that move the camera while the map has the focus; false for any other key. */
export function moveByKey(scene: Scene, key: string): boolean {
  const now = pose(scene);
  const heading = MathUtils.degToRad(now.heading);
  const step = now.distance * 0.06;
  const go = (ahead: number, right: number): Pose => ({
    ...now,
    x: now.x + (Math.sin(heading) * ahead + Math.cos(heading) * right) * step,
    y: now.y + (Math.cos(heading) * ahead - Math.sin(heading) * right) * step,
  });
  const moves: Record<string, () => Pose> = {
    ArrowUp: () => go(1, 0),
    ArrowDown: () => go(-1, 0),
    ArrowLeft: () => go(0, -1),
    ArrowRight: () => go(0, 1),
    q: () => ({ ...now, heading: now.heading + 10 }),
    e: () => ({ ...now, heading: now.heading - 10 }),
    r: () => ({ ...now, height: Math.min(88, now.height + 5) }),
    f: () => ({ ...now, height: Math.max(6, now.height - 5) }),
    "+": () => ({ ...now, distance: Math.max(scene.controls.minDistance, now.distance * 0.85) }),
    "=": () => ({ ...now, distance: Math.max(scene.controls.minDistance, now.distance * 0.85) }),
    "-": () => ({ ...now, distance: Math.min(scene.controls.maxDistance, now.distance / 0.85) }),
  };
  const move = moves[key.length === 1 ? key.toLowerCase() : key];
  if (!move) return false;
  place(scene, move());
  return true;
}
