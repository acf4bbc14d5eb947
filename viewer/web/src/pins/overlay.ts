/** HTML over the canvas that keeps to places on the ground: sensor pins and parcel names. */
import type { Scene } from "../scene/scene";
import type { HeightField } from "../terrain/heights";

export interface Anchored {
  element: HTMLElement;
  x: number;
  y: number;
  /** Names give way to what was placed before them; pins never do. */
  yields: boolean;
  /** How far above its place it stands, in pixels; without it, centred on the place. */
  rise?: number;
}

interface Placed {
  x: number;
  y: number;
  w: number;
  h: number;
}

const EYE = { x: 0, y: 0, z: 0 };

/** True when the ground stands between the eye and a place. */
function hidden(
  field: HeightField,
  scene: Scene,
  x: number,
  y: number,
  z: number,
  up: number,
): boolean {
  const { position } = scene.camera;
  EYE.x = position.x;
  EYE.y = position.y;
  EYE.z = position.z;
  for (let i = 1; i < 40; i++) {
    const t = i / 40;
    const px = EYE.x + (x - EYE.x) * t;
    const py = EYE.y + (y - EYE.y) * t;
    if (Math.abs(px) > field.halfWidth || Math.abs(py) > field.halfHeight) continue;
    if (EYE.z + (z - EYE.z) * t < field.at(px, py) * up - 4) return true;
  }
  return false;
}

export class Overlay {
  private items: Anchored[] = [];
  private readonly out = { x: 0, y: 0 };
  private readonly sizes = new Map<HTMLElement, { w: number; h: number }>();
  private readonly taken: Placed[] = [];

  constructor(
    readonly root: HTMLElement,
    private readonly scene: Scene,
  ) {}

  show(items: Anchored[]): void {
    for (const old of this.items) {
      if (!items.some((item) => item.element === old.element)) old.element.remove();
    }
    for (const { element } of items)
      if (element.parentElement !== this.root) this.root.append(element);
    this.items = items;
    this.measure();
  }

  /** Sizes are read once after a change, never while drawing. */
  measure(): void {
    this.sizes.clear();
    for (const { element } of this.items) {
      const { offsetWidth: w, offsetHeight: h } = element;
      this.sizes.set(element, { w, h });
    }
  }

  update(field: HeightField, up: number): void {
    this.taken.length = 0;
    for (const item of this.items) this.put(item, field, up);
  }

  private put(item: Anchored, field: HeightField, up: number): void {
    const { element, x, y } = item;
    const z = field.at(x, y) * up;
    const front = this.scene.project(x, y, z, this.out);
    const size = this.sizes.get(element) ?? { w: 0, h: 0 };
    const box = this.room(item, size);
    const outside =
      !front ||
      this.out.x < -size.w ||
      this.out.y < 0 ||
      this.out.x > this.scene.width + size.w ||
      this.out.y > this.scene.height + size.h;
    const gone =
      outside || (item.yields && (this.overlaps(box) || hidden(field, this.scene, x, y, z, up)));
    element.classList.toggle("gone", gone);
    if (gone) return;
    if (!item.yields) element.classList.toggle("behind", hidden(field, this.scene, x, y, z, up));
    this.taken.push(box);
    element.style.transform = `translate(${this.out.x.toFixed(1)}px, ${this.out.y.toFixed(1)}px)`;
  }

  /** Room that an element takes; pins rise above those that stand there already. */
  private room({ element, rise }: Anchored, { w, h }: { w: number; h: number }): Placed {
    const box = { x: this.out.x - w / 2, y: this.out.y - h / 2, w, h };
    if (rise === undefined) return box;
    let lift = rise;
    box.y = this.out.y - lift - h;
    for (let i = 0; i < 4 && this.overlaps(box); i++) {
      lift += h + 4;
      box.y = this.out.y - lift - h;
    }
    element.style.setProperty("--rise", `${lift}px`);
    element.style.zIndex = String(Math.max(1, 20 - Math.round(lift / h))); // stems pass behind
    return box;
  }

  private overlaps(box: Placed): boolean {
    return this.taken.some(
      (t) => box.x < t.x + t.w && t.x < box.x + box.w && box.y < t.y + t.h && t.y < box.y + box.h,
    );
  }
}
