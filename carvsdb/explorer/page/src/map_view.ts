// The map: points by WebGL, and on top of them what is pointed at, drawn on a plain canvas.

import { Vector2 } from "three";
import type { Scale } from "./colours";
import { Grid, inside } from "./grid";
import { grown, PointCloud } from "./point_cloud";

const FARTHEST_PICK = 14;
const MOST_LABELS = 60;
/** Milliseconds without a move after which the map rests: then all points are drawn. */
const REST = 150;

export interface Rings {
  /** Points with a ring round them: the one told about, those compared, ... */
  marked: { row: number; colour: string; width: number }[];
  /** Lines from the point told about to its true nearest neighbours. */
  lines: [number, number][];
}

export class MapView {
  readonly grid: Grid;
  shown: Uint8Array;
  hovered = -1;
  focused = -1;
  rings: Rings = { marked: [], lines: [] };
  lassoing = false;
  /** What a point is called on the map, if few are in view. */
  labelOf: (row: number) => string = () => "";
  onHover: (row: number, x: number, y: number) => void = () => {};
  onPick: (row: number) => void = () => {};
  onLasso: (rows: number[], add: boolean) => void = () => {};

  readonly cloud: PointCloud;
  private perUnit = 1;
  private fitted = 1;
  private size = new Vector2(1, 1);
  private waiting: "nothing" | "marks" | "all" = "nothing";
  private isMoving = false;
  private rest = 0;
  private lasso: number[] = [];
  private touches = new Map<number, [number, number]>();
  private pressed: { x: number; y: number; moved: boolean; lasso: boolean; add: boolean } | null = null;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private overlay: HTMLCanvasElement,
    private x: Float32Array,
    private y: Float32Array,
  ) {
    this.grid = new Grid(x, y);
    this.shown = new Uint8Array(x.length).fill(1);
    this.cloud = new PointCloud(canvas, x, y, this.grid);
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement as Element);
    this.resize();
    this.fit();
    this.listen();
  }

  /** Colour the points, and say which are there and which are picked out. */
  show(scale: Scale, shown: Uint8Array, selected: Set<number>): void {
    this.shown = shown;
    this.cloud.show(scale, shown, selected);
    this.draw();
  }

  fit(): void {
    const { left, bottom, width, height } = this.grid;
    this.cloud.middle.set(left + width / 2, bottom + height / 2);
    this.perUnit = 0.9 * Math.min(this.size.x / (width || 1), this.size.y / (height || 1));
    this.fitted = this.perUnit;
    this.draw();
  }

  zoom(factor: number, x = this.size.x / 2, y = this.size.y / 2): void {
    const before = this.placeAt(x, y);
    this.perUnit = Math.min(Math.max(this.perUnit * factor, this.fitted / 4), this.fitted * 5e4);
    const after = this.placeAt(x, y);
    this.cloud.middle.add(new Vector2(before[0] - after[0], before[1] - after[1]));
    this.move();
  }

  pan(dx: number, dy: number): void {
    this.cloud.middle.add(new Vector2(-dx / this.perUnit, dy / this.perUnit));
    this.move();
  }

  /** Bring a point into view. */
  reveal(row: number): void {
    const [x, y] = this.pixelOf(row);
    if (x < 20 || y < 20 || x > this.size.x - 20 || y > this.size.y - 20) {
      this.cloud.middle.set(this.x[row], this.y[row]);
    }
    this.draw();
  }

  /** Where a point is, in pixels of the page from the corner of the map. */
  pixelOf(row: number): [number, number] {
    return [
      this.size.x / 2 + (this.x[row] - this.cloud.middle.x) * this.perUnit,
      this.size.y / 2 - (this.y[row] - this.cloud.middle.y) * this.perUnit,
    ];
  }

  /** The points that are shown within what is in view. */
  inView(): number[] {
    const [left, top] = this.placeAt(0, 0);
    const [right, bottom] = this.placeAt(this.size.x, this.size.y);
    return this.allShown((row) => this.x[row] >= left && this.x[row] <= right && this.y[row] >= bottom && this.y[row] <= top);
  }

  /** Draw now, as when the map rests or as when it moves, and return the milliseconds till the pixels were there. */
  frame(isMoving = false): number {
    const start = performance.now();
    this.render(isMoving);
    this.cloud.finish();
    return performance.now() - start;
  }

  picture(): string {
    this.render(false);
    return this.canvas.toDataURL();
  }

  draw(): void {
    if (this.waiting === "nothing") requestAnimationFrame(() => this.drawNow());
    this.waiting = "all";
  }

  /** Draw what lies over the points alone. */
  private mark(): void {
    if (this.waiting !== "nothing") return;
    this.waiting = "marks";
    requestAnimationFrame(() => this.drawNow());
  }

  /** Draw while the map moves; when it has come to rest, all points are drawn. */
  private move(): void {
    this.isMoving = true;
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => {
      this.isMoving = false;
      this.draw();
    }, REST);
    this.draw();
  }

  private drawNow(): void {
    const isAll = this.waiting === "all";
    this.waiting = "nothing";
    if (!isAll) this.drawOverlay();
    else if (this.isMoving) this.render(true);
    else {
      const start = performance.now();
      this.render(false);
      this.cloud.time(start);
    }
  }

  private render(isMoving: boolean): void {
    const many = Math.min(Math.max(16 * Math.pow(100 / Math.max(this.x.length, 100), 0.28), 4.5), 14);
    const pixels = many * Math.min(Math.max(Math.pow(this.perUnit / this.fitted, 0.25), 0.8), 2.2);
    this.cloud.render(this.size.x, this.size.y, this.perUnit, pixels, isMoving);
    this.drawOverlay();
  }

  private drawOverlay(): void {
    const { ratio } = this.cloud;
    const pen = this.overlay.getContext("2d") as CanvasRenderingContext2D;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.size.x, this.size.y);
    pen.lineJoin = "round";
    pen.strokeStyle = "rgba(31, 41, 51, 0.4)";
    pen.lineWidth = 1;
    for (const [from, to] of this.rings.lines) {
      if (!this.shown[to]) continue;
      pen.beginPath();
      pen.moveTo(...this.pixelOf(from));
      pen.lineTo(...this.pixelOf(to));
      pen.stroke();
    }
    this.drawLabels(pen);
    const ring = (row: number, radius: number, colour: string, width: number) => {
      pen.beginPath();
      pen.arc(...this.pixelOf(row), radius, 0, 2 * Math.PI);
      pen.lineWidth = width + 2;
      pen.strokeStyle = "#fff";
      pen.stroke();
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.stroke();
    };
    for (const { row, colour, width } of this.rings.marked) ring(row, 9, colour, width);
    if (this.focused >= 0 && document.activeElement === this.canvas) ring(this.focused, 12, "#1f2933", 1.5);
    if (this.hovered >= 0) ring(this.hovered, 8, "#1f2933", 1.5);
    if (this.lasso.length > 2) {
      pen.beginPath();
      for (let i = 0; i < this.lasso.length; i += 2) pen.lineTo(this.lasso[i], this.lasso[i + 1]);
      pen.closePath();
      pen.fillStyle = "rgba(0, 114, 178, 0.12)";
      pen.fill();
      pen.setLineDash([5, 4]);
      pen.strokeStyle = "#0072B2";
      pen.lineWidth = 1.5;
      pen.stroke();
      pen.setLineDash([]);
    }
  }

  /** Names beside their points, where there is room. */
  private drawLabels(pen: CanvasRenderingContext2D): void {
    const rows = this.inView().filter((row) => this.grid.first[row] === row || !this.shown[this.grid.first[row]]);
    if (rows.length > MOST_LABELS) return;
    const points = rows.map((row) => this.pixelOf(row));
    const taken = points.map(([x, y]) => [x - 6, y - 6, x + 6, y + 6]);
    const isFree = ([left, top, right, bottom]: number[]) =>
      left > 2 && top > 2 && right < this.size.x - 2 && bottom < this.size.y - 2 &&
      taken.every((other) => right <= other[0] || left >= other[2] || bottom <= other[1] || top >= other[3]);
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    rows.forEach((row, place) => {
      const name = this.labelOf(row);
      if (!name) return;
      const here = this.grid.together(row, this.shown).length;
      const text = here > 1 ? `${name} +${here - 1}` : name;
      const [x, y] = points[place];
      const width = pen.measureText(text).width;
      const aside = 8 * grown(here);
      const boxes = [[x + aside + 1, y], [x - aside - 1 - width, y], [x - width / 2, y - aside - 7], [x - width / 2, y + aside + 7]];
      const at = boxes.find(([left, middle]) => isFree([left, middle - 7, left + width, middle + 7]));
      if (!at) return;
      taken.push([at[0], at[1] - 7, at[0] + width, at[1] + 7]);
      pen.lineWidth = 3;
      pen.strokeStyle = "rgba(252, 252, 253, 0.9)";
      pen.strokeText(text, ...(at as [number, number]));
      pen.fillStyle = "#3e4954";
      pen.fillText(text, ...(at as [number, number]));
    });
  }

  private resize(): void {
    const box = (this.canvas.parentElement as Element).getBoundingClientRect();
    const before = this.fitted === this.perUnit;
    this.size.set(Math.max(1, box.width), Math.max(1, box.height));
    this.cloud.resize(this.size.x, this.size.y);
    this.overlay.width = this.canvas.width;
    this.overlay.height = this.canvas.height;
    if (before) this.fit();
    else this.draw();
  }

  private placeAt(x: number, y: number): [number, number] {
    return [
      this.cloud.middle.x + (x - this.size.x / 2) / this.perUnit,
      this.cloud.middle.y - (y - this.size.y / 2) / this.perUnit,
    ];
  }

  private allShown(wanted: (row: number) => boolean): number[] {
    const found: number[] = [];
    for (let row = 0; row < this.x.length; row += 1) if (this.shown[row] && wanted(row)) found.push(row);
    return found;
  }

  private pick(x: number, y: number): number {
    const [u, v] = this.placeAt(x, y);
    return this.grid.nearest(u, v, FARTHEST_PICK / this.perUnit, this.shown);
  }

  private hover(row: number, x: number, y: number): void {
    if (row !== this.hovered) this.mark();
    this.hovered = row;
    this.canvas.style.cursor = this.lassoing ? "crosshair" : row >= 0 ? "pointer" : "grab";
    this.onHover(row, x, y);
  }

  private listen(): void {
    const canvas = this.canvas;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.touches.set(event.pointerId, [event.offsetX, event.offsetY]);
      this.pressed = { x: event.offsetX, y: event.offsetY, moved: false, lasso: this.lassoing || event.shiftKey, add: event.ctrlKey || event.metaKey };
      this.lasso = this.pressed.lasso ? [event.offsetX, event.offsetY] : [];
    });
    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = [event.offsetX, event.offsetY];
      const last = this.touches.get(event.pointerId);
      if (!last || !this.pressed) {
        this.hover(this.pick(x, y), x, y);
        return;
      }
      if (Math.hypot(x - this.pressed.x, y - this.pressed.y) > 4) this.pressed.moved = true;
      if (this.touches.size === 2) {
        const other = [...this.touches].find(([id]) => id !== event.pointerId) as [number, [number, number]];
        const apart = (a: number, b: number) => Math.hypot(a - other[1][0], b - other[1][1]) || 1;
        this.zoom(apart(x, y) / apart(...last), (x + other[1][0]) / 2, (y + other[1][1]) / 2);
      } else if (this.pressed.lasso) {
        this.lasso.push(x, y);
        this.mark();
      } else if (this.pressed.moved) {
        this.pan(x - last[0], y - last[1]);
        this.hover(-1, x, y);
      }
      this.touches.set(event.pointerId, [x, y]);
    });
    const released = (event: PointerEvent) => {
      if (!this.touches.delete(event.pointerId)) return;
      const pressed = this.pressed;
      if (this.touches.size || !pressed) return;
      this.pressed = null;
      if (pressed.lasso && pressed.moved) {
        const polygon = this.lasso;
        this.onLasso(this.allShown((row) => inside(polygon, ...this.pixelOf(row))), pressed.add);
      } else if (!pressed.moved && event.type === "pointerup") {
        const row = this.pick(event.offsetX, event.offsetY);
        if (row >= 0) this.onPick(row);
      }
      this.lasso = [];
      this.draw();
    };
    canvas.addEventListener("pointerup", released);
    canvas.addEventListener("pointercancel", released);
    canvas.addEventListener("pointerleave", () => this.hover(-1, 0, 0));
    canvas.addEventListener("focus", () => this.draw());
    canvas.addEventListener("blur", () => this.draw());
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), event.offsetX, event.offsetY);
    }, { passive: false });
  }
}
