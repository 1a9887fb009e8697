// The points of the map by WebGL: all of them while it rests, as many as there is time for while it moves.

import {
  BufferAttribute, BufferGeometry, Camera, GLSL3, Points, RawShaderMaterial, Scene, Vector2, WebGLRenderer,
} from "three";
import { OTHER_MARKER, type LegendItem, type Scale } from "./colours";
import type { Grid } from "./grid";
import { FRAGMENT, VERTEX } from "./point_shaders";

/** Milliseconds that a frame may take while the map moves. */
const TIME_OF_A_FRAME = 20;
/** So many points are drawn at least while it moves: fewer are no map. */
const FEWEST = 3000;

export class PointCloud {
  readonly middle = new Vector2();
  /** How many points the last frame was drawn of. */
  drawn = 0;
  /** Milliseconds that all points took, the last time that was measured. */
  private taken = 0;
  private scene = new Scene();
  private camera = new Camera();
  private geometry = new BufferGeometry();
  private material: RawShaderMaterial;
  private renderer: WebGLRenderer;
  private colours: Uint8Array;
  private looks: Float32Array;
  private all: BufferAttribute;
  private some: BufferAttribute;
  private numberOfAll = 0;
  private numberOfSome = 0;
  private layers: number[][] = [];

  constructor(canvas: HTMLCanvasElement, private x: Float32Array, y: Float32Array, private grid: Grid) {
    this.renderer = new WebGLRenderer({ canvas, antialias: false, alpha: true, premultipliedAlpha: true });
    this.renderer.setClearColor(0xffffff, 0);
    const places = new Float32Array(2 * x.length);
    for (let row = 0; row < x.length; row += 1) [places[2 * row], places[2 * row + 1]] = [x[row], y[row]];
    this.colours = new Uint8Array(4 * x.length);
    this.looks = new Float32Array(3 * x.length);
    this.all = new BufferAttribute(new Uint32Array(x.length), 1);
    this.some = new BufferAttribute(new Uint32Array(x.length), 1);
    this.geometry.setAttribute("place", new BufferAttribute(places, 2));
    this.geometry.setAttribute("colour", new BufferAttribute(this.colours, 4, true));
    this.geometry.setAttribute("look", new BufferAttribute(this.looks, 3));
    this.geometry.setIndex(this.all);
    this.material = new RawShaderMaterial({
      glslVersion: GLSL3, vertexShader: VERTEX, fragmentShader: FRAGMENT,
      uniforms: { middle: { value: this.middle }, perUnit: { value: new Vector2() }, pixels: { value: 1 } },
      depthTest: false, depthWrite: false, transparent: true, premultipliedAlpha: true,
    });
    const points = new Points(this.geometry, this.material);
    points.frustumCulled = false;
    this.scene.add(points);
  }

  get ratio(): number {
    return this.renderer.getPixelRatio();
  }

  /** Whether fewer points are drawn while the map moves: where all of them take too long. */
  get isThinned(): boolean {
    return this.numberOfSome < this.numberOfAll;
  }

  resize(width: number, height: number): void {
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
    this.renderer.setSize(width, height, false);
  }

  /** Colour the points, and say which are there and which are picked out. */
  show(scale: Scale, shown: Uint8Array, selected: Set<number>): void {
    const { x, grid } = this;
    const together = new Uint32Array(x.length);
    for (let row = 0; row < shown.length; row += 1) if (shown[row]) together[grid.first[row]] += 1;
    // What is rare is drawn last, so that it is not covered.
    const layers: number[][] = Array.from({ length: Math.max(1, scale.items.length) }, () => []);
    const covered = new Uint32Array(x.length);
    const opaque = x.length > 20_000 ? 0.7 : 0.85;
    for (let row = 0; row < shown.length; row += 1) {
      const item = scale.itemOf(row);
      this.colours.set(scale.colourOf(row), 4 * row);
      const solid = selected.size > 0 && !selected.has(row) ? 0.12 : opaque;
      this.looks.set([scale.items[item]?.marker ?? 0, grown(together[grid.first[row]]), solid], 3 * row);
      // Of points alike at one place, one is enough.
      const alike = 1 << (item + (solid < opaque ? 16 : 0));
      const place = grid.first[row];
      if (!shown[row] || covered[place] & alike) continue;
      covered[place] |= alike;
      layers[item].push(row);
    }
    const depth = (item: LegendItem) => (item.marker === OTHER_MARKER ? Infinity : item.count);
    const order = scale.items.map((item, place) => ({ item, place })).sort((a, b) => depth(b.item) - depth(a.item));
    this.layers = order.length ? order.map(({ place }) => layers[place]) : layers;
    let place = 0;
    for (const layer of this.layers) for (const row of layer) (this.all.array as Uint32Array)[place++] = row;
    this.numberOfAll = place;
    this.all.needsUpdate = true;
    for (const name of ["colour", "look"]) (this.geometry.getAttribute(name) as BufferAttribute).needsUpdate = true;
    this.thin();
  }

  /** Draw the points; `perUnit` are pixels of the page for a unit of the map, `pixels` the width of a point. */
  render(width: number, height: number, perUnit: number, pixels: number, isMoving: boolean): void {
    const thinned = isMoving && this.isThinned;
    const { uniforms } = this.material;
    uniforms.perUnit.value.set((2 * perUnit) / width, (2 * perUnit) / height);
    uniforms.pixels.value = this.ratio * pixels;
    this.geometry.setIndex(thinned ? this.some : this.all);
    this.drawn = thinned ? this.numberOfSome : this.numberOfAll;
    this.geometry.setDrawRange(0, this.drawn);
    this.renderer.render(this.scene, this.camera);
  }

  /** Wait until what was drawn is there. */
  finish(): void {
    const gl = this.renderer.getContext();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  /** Take the time until what is being drawn is there, for how many points are drawn while the map moves. */
  time(start: number): void {
    const gl = this.renderer.getContext() as WebGL2RenderingContext;
    // Waiting for the pixels would hold the page up: it is asked now and then whether they are there.
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!fence) return;
    gl.flush();
    const ask = () => {
      if (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED && !gl.isContextLost()) {
        setTimeout(ask, 4);
        return;
      }
      gl.deleteSync(fence);
      this.took(performance.now() - start);
    };
    setTimeout(ask, 0);
  }

  private took(milliseconds: number): void {
    const isOther = milliseconds > 1.5 * this.taken || milliseconds < this.taken / 1.5;
    if (!isOther) return;
    this.taken = milliseconds;
    this.thin();
  }

  /** Choose the points that are drawn while the map moves: evenly of each layer, small ones whole. */
  private thin(): void {
    const time = this.taken > TIME_OF_A_FRAME ? Math.max((this.numberOfAll * TIME_OF_A_FRAME) / this.taken, FEWEST) : Infinity;
    let most = Math.min(time, this.numberOfAll);
    let left = this.numberOfAll;
    const step = new Map<number[], number>();
    for (const layer of [...this.layers].sort((a, b) => a.length - b.length)) {
      const share = Math.max(Math.min(layer.length, most / 10), (most * layer.length) / Math.max(left, 1));
      step.set(layer, layer.length / Math.min(Math.max(share, 1), layer.length || 1));
      most -= Math.min(share, layer.length);
      left -= layer.length;
    }
    let place = 0;
    for (const layer of this.layers) {
      for (let at = 0; at < layer.length; at += step.get(layer) as number) (this.some.array as Uint32Array)[place++] = layer[Math.floor(at)];
    }
    this.numberOfSome = place;
    this.some.needsUpdate = true;
  }
}

/** How much larger a point is that stands for several at one place. */
export function grown(together: number): number {
  return Math.min(1 + 0.35 * Math.log2(Math.max(1, together)), 3.5);
}
