/** Canvas, camera and the one place that draws: only when something asked for it. */
import { Scene as Graph, PerspectiveCamera, Vector3, WebGLRenderer } from "three";
import { MapControls } from "three/examples/jsm/controls/MapControls.js";

/** True when the browser draws in software: then fewer pixels and triangles. */
function isSoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const told = gl.getExtension("WEBGL_debug_renderer_info");
  const name = told ? String(gl.getParameter(told.UNMASKED_RENDERER_WEBGL)) : "";
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

export class Scene {
  readonly graph = new Graph();
  readonly camera = new PerspectiveCamera(38, 1, 1, 20_000);
  readonly controls: MapControls;
  readonly software = isSoftware();
  readonly reduced = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly renderer: WebGLRenderer;
  private readonly resized: ResizeObserver;
  private wanted = 0;
  private moving = false;
  /** Called before each drawing; true asks for another one. */
  before: (now: number) => boolean = () => false;
  after: () => void = () => undefined;
  frames = 0;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.camera.up.set(0, 0, 1);
    this.renderer = new WebGLRenderer({ canvas, antialias: !this.software, alpha: true });
    this.renderer.setClearColor(0, 0);
    this.renderer.setPixelRatio(this.software ? 1 : Math.min(devicePixelRatio, 2));
    this.controls = new MapControls(this.camera, canvas);
    this.controls.zoomToCursor = true;
    this.controls.maxPolarAngle = 1.5;
    this.controls.enableDamping = !this.reduced.matches && !this.software;
    this.controls.dampingFactor = 0.12;
    this.controls.addEventListener("change", this.moved);
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(canvas);
    this.resize();
  }

  get width(): number {
    return this.canvas.clientWidth;
  }

  get height(): number {
    return this.canvas.clientHeight;
  }

  private readonly moved = (): void => {
    this.moving = true;
    this.invalidate();
  };

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    const { left, right, top, bottom } = this.insets;
    this.camera.aspect = width / height;
    this.camera.setViewOffset(width, height, (right - left) / 2, (bottom - top) / 2, width, height);
    this.camera.updateProjectionMatrix();
    this.invalidate();
  }

  /** Pixels along each side that panels cover; the view is centred on what they leave. */
  readonly insets = { left: 0, right: 0, top: 0, bottom: 0 };

  setInsets(insets: Partial<Scene["insets"]>): void {
    Object.assign(this.insets, insets);
    this.resize();
  }

  /** Draw once, soon. */
  invalidate(): void {
    if (!this.wanted) this.wanted = requestAnimationFrame(this.frame);
  }

  private readonly frame = (now: number): void => {
    this.wanted = 0;
    this.draw(now);
  };

  /** Draw now. */
  draw(now: number): void {
    this.moving = false;
    this.controls.update();
    const again = this.before(now);
    this.renderer.render(this.graph, this.camera);
    this.after();
    this.frames++;
    if (again || this.moving) this.invalidate();
  }

  /** Pixels of the canvas just drawn, as RGBA bytes from the bottom left. */
  pixels(): { width: number; height: number; bytes: Uint8Array } {
    this.draw(performance.now());
    const gl = this.renderer.getContext();
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    const bytes = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    return { width, height, bytes };
  }

  /** Milliseconds that one frame takes until its pixels are there. */
  timeFrame(): number {
    const gl = this.renderer.getContext();
    const pixel = new Uint8Array(4);
    const start = performance.now();
    this.draw(start);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return performance.now() - start;
  }

  private readonly scratch = new Vector3();

  /** Page pixels of a place in the scene into `out`; false when it is behind the eye. */
  project(x: number, y: number, z: number, out: { x: number; y: number }): boolean {
    const v = this.scratch.set(x, y, z).project(this.camera);
    out.x = (v.x * 0.5 + 0.5) * this.width;
    out.y = (0.5 - v.y * 0.5) * this.height;
    return v.z < 1 && v.z > -1;
  }

  dispose(): void {
    cancelAnimationFrame(this.wanted);
    this.resized.disconnect();
    this.controls.removeEventListener("change", this.moved);
    this.controls.dispose();
    this.renderer.dispose();
  }
}
