// A net in three dimensions: nodes, linkers, edges, cell, rings.

import {
  AmbientLight, BufferAttribute, BufferGeometry, Color, CylinderGeometry, DirectionalLight, DoubleSide, Group,
  IcosahedronGeometry, InstancedMesh, LineBasicMaterial, LineSegments, Matrix3, Matrix4, Mesh, MeshBasicMaterial,
  MeshLambertMaterial, PerspectiveCamera, Quaternion, Scene as Stage, Vector3, WebGLRenderer,
} from "three";
import { COMPONENT } from "./colours";
import type { Ring } from "./net_rings";
import type { Scene } from "./types";

const UP = new Vector3(0, 1, 0);
const RING = "#E69F00";
const MOST_DRAWN = 30_000;

type Nine = [number, number, number, number, number, number, number, number, number];

interface Ball {
  place: Vector3;
  vertex: number;
  outside: boolean;
}

export class NetView {
  /** Cells drawn along each axis. */
  repeats: [number, number, number];
  showCell = true;
  showLinkers = true;
  showAtoms = true;

  private renderer: WebGLRenderer;
  private stage = new Stage();
  private turned = new Group();
  private drawn = new Group();
  private camera = new PerspectiveCamera(28, 1, 0.1, 1000);
  private far = 1;
  private radius = 1;
  private edge = 1;
  private cell: Vector3[];
  private places: Vector3[];
  private rings: Ring[] = [];
  private dirty = false;
  private observer: ResizeObserver;
  private touches = new Map<number, [number, number]>();

  constructor(
    readonly canvas: HTMLCanvasElement,
    private net: Scene,
  ) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setClearColor(0xffffff, 0);
    this.cell = net.cell.map(([x, y, z]) => new Vector3(x, y, z));
    this.places = net.positions.map(([x, y, z]) => new Vector3(x, y, z));
    const lengths = net.edges.map(([src, dst, u, v, w]) => this.at(dst, u, v, w).distanceTo(this.at(src, 0, 0, 0)));
    lengths.sort((a, b) => a - b);
    this.edge = lengths[lengths.length >> 1] || this.cell[0].length() / 2 || 1;
    this.repeats = [...net.repeats] as [number, number, number];
    const sun = new DirectionalLight(0xffffff, 2.2);
    sun.position.set(0.5, 0.9, 1.4);
    this.stage.add(new AmbientLight(0xffffff, 1.7), sun, this.turned);
    this.turned.add(this.drawn);
    this.turned.quaternion.setFromAxisAngle(new Vector3(1, 0.15, 0).normalize(), 0.32)
      .multiply(new Quaternion().setFromAxisAngle(UP, -0.45));
    this.build();
    this.fit();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas.parentElement as Element);
    this.resize();
    this.listen();
  }

  get isNodeLinker(): boolean {
    return this.net.is_node.some((flag) => !flag);
  }

  /** Change what is drawn; the view stays. */
  set(options: Partial<Pick<NetView, "repeats" | "showCell" | "showLinkers" | "showAtoms">>): void {
    Object.assign(this, options);
    this.build();
    if (options.repeats) this.fit();
    this.draw();
  }

  light(rings: Ring[]): void {
    this.rings = rings;
    this.build();
    this.draw();
  }

  turn(x: number, y: number): void {
    const turn = new Quaternion().setFromAxisAngle(UP, x).multiply(new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), y));
    this.turned.quaternion.premultiply(turn);
    this.draw();
  }

  zoom(factor: number): void {
    this.far = Math.min(Math.max(this.far / factor, this.radius * 0.3), this.radius * 30);
    this.draw();
  }

  fit(): void {
    this.far = (1.08 * this.radius) / Math.sin((this.camera.fov * Math.PI) / 360);
    this.draw();
  }

  picture(): string {
    this.render();
    return this.canvas.toDataURL();
  }

  dispose(): void {
    this.observer.disconnect();
    this.clear();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  draw(): void {
    if (this.dirty) return;
    this.dirty = true;
    requestAnimationFrame(() => this.render());
  }

  private render(): void {
    this.dirty = false;
    this.camera.position.set(0, 0, this.far);
    this.camera.near = Math.max(this.far - 1.5 * this.radius, this.far / 100);
    this.camera.far = this.far + 1.5 * this.radius;
    this.camera.updateProjectionMatrix();
    this.renderer.render(this.stage, this.camera);
  }

  private resize(): void {
    const box = (this.canvas.parentElement as Element).getBoundingClientRect();
    if (!box.width || !box.height) return;
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
    this.renderer.setSize(box.width, box.height, false);
    this.camera.aspect = box.width / box.height;
    this.draw();
  }

  private at(vertex: number, u: number, v: number, w: number): Vector3 {
    return this.real(u, v, w).add(this.places[vertex]);
  }

  private real(x: number, y: number, z: number): Vector3 {
    return new Vector3().addScaledVector(this.cell[0], x).addScaledVector(this.cell[1], y).addScaledVector(this.cell[2], z);
  }

  private clear(): void {
    this.drawn.traverse((one) => {
      if (one instanceof Mesh || one instanceof LineSegments) {
        one.geometry.dispose();
        one.material.dispose();
      }
      if (one instanceof InstancedMesh) one.dispose();
    });
    this.drawn.clear();
  }

  private build(): void {
    this.clear();
    const { balls, sticks } = this.parts();
    const lit = this.rings.length > 0;
    const detail = balls.length > 4000 ? 1 : balls.length > 600 ? 2 : 3;
    const thick = 0.06 * this.edge;
    const pale = (colour: string, share: number) => new Color(colour).lerp(new Color("#ffffff"), share);
    const colourOf = (vertex: number) => COMPONENT[this.net.component[vertex] % COMPONENT.length];
    for (const [nodes, size] of [[1, 0.17], [0, 0.085]] as const) {
      const some = balls.filter(({ vertex }) => Number(this.net.is_node[vertex]) === nodes && (nodes || this.showLinkers));
      const mesh = new InstancedMesh(new IcosahedronGeometry(size * this.edge, detail), new MeshLambertMaterial(), some.length);
      some.forEach(({ place, vertex, outside }, index) => {
        const small = outside ? 0.62 : 1;
        mesh.setMatrixAt(index, new Matrix4().makeScale(small, small, small).setPosition(place));
        mesh.setColorAt(index, pale(colourOf(vertex), (nodes ? 0 : 0.45) + (outside ? 0.35 : 0) * (nodes ? 1 : 0.6) + (lit && !outside ? 0.25 : 0)));
      });
      this.drawn.add(mesh);
    }
    const tube = new InstancedMesh(new CylinderGeometry(thick, thick, 1, balls.length > 4000 ? 5 : 10, 1, true), new MeshLambertMaterial(), sticks.length);
    sticks.forEach(({ from, to, vertex }, index) => {
      tube.setMatrixAt(index, stick(from, to));
      tube.setColorAt(index, pale(colourOf(vertex), lit ? 0.75 : 0.5));
    });
    this.drawn.add(tube);
    if (this.showCell) this.drawn.add(this.cellLines());
    if (this.showAtoms && this.net.atoms) this.addAtoms(this.net.atoms);
    this.addRings(1.7 * thick);
    const middle = this.real(this.repeats[0] / 2, this.repeats[1] / 2, this.repeats[2] / 2);
    this.drawn.position.copy(middle).negate();
    this.radius = 0.5 * this.edge;
    const corners = [0, 1].flatMap((i) => [0, 1].flatMap((j) => [0, 1].map((k) => this.real(i * this.repeats[0], j * this.repeats[1], k * this.repeats[2]))));
    for (const place of [...balls.map((ball) => ball.place), ...(this.showCell ? corners : [])]) {
      this.radius = Math.max(this.radius, place.distanceTo(middle) + 0.1 * this.edge);
    }
  }

  /** Vertices in the cells that are drawn, the ends of edges that leave them, and the edges. */
  private parts(): { balls: Ball[]; sticks: { from: Vector3; to: Vector3; vertex: number }[] } {
    const balls: Ball[] = [];
    const outer = new Map<string, Ball>();
    const sticks: { from: Vector3; to: Vector3; vertex: number }[] = [];
    const [nu, nv, nw] = this.repeats;
    const isInside = (cell: number[]) => cell.every((x, axis) => x >= 0 && x < this.repeats[axis]);
    for (let u = 0; u < nu; u += 1) for (let v = 0; v < nv; v += 1) for (let w = 0; w < nw; w += 1) {
      this.places.forEach((_, vertex) => balls.push({ place: this.at(vertex, u, v, w), vertex, outside: false }));
      for (const [src, dst, a, b, c] of this.net.edges) {
        for (const [from, to, sign] of [[src, dst, 1], [dst, src, -1]]) {
          const away = [u + sign * a, v + sign * b, w + sign * c];
          const isWhole = isInside(away);
          // An edge between two cells that are drawn is drawn from its first end.
          if (sign < 0 && isWhole) continue;
          const place = this.at(to, away[0], away[1], away[2]);
          sticks.push({ from: this.at(from, u, v, w), to: place, vertex: from });
          if (!isWhole) outer.set(`${to},${away}`, { place, vertex: to, outside: true });
        }
      }
      if (balls.length + outer.size > MOST_DRAWN) return { balls: [...balls, ...outer.values()], sticks };
    }
    return { balls: [...balls, ...outer.values()], sticks };
  }

  private cellLines(): LineSegments {
    const ends: Vector3[] = [];
    const [nu, nv, nw] = this.repeats;
    for (let i = 0; i <= nu; i += 1) for (let j = 0; j <= nv; j += 1) for (let k = 0; k <= nw; k += 1) {
      if (i < nu) ends.push(this.real(i, j, k), this.real(i + 1, j, k));
      if (j < nv) ends.push(this.real(i, j, k), this.real(i, j + 1, k));
      if (k < nw) ends.push(this.real(i, j, k), this.real(i, j, k + 1));
    }
    return new LineSegments(new BufferGeometry().setFromPoints(ends), new LineBasicMaterial({ color: 0x9aa1ab }));
  }

  private addRings(thick: number): void {
    const faces: number[] = [];
    const sides: [Vector3, Vector3][] = [];
    const back = new Matrix3().set(...(this.cell.flatMap((row) => row.toArray()) as Nine)).transpose().invert();
    for (const ring of this.rings) {
      const whole = ring.map(([vertex, u, v, w]) => this.at(vertex, u, v, w));
      const share = whole.reduce((sum, place) => sum.add(place), new Vector3()).divideScalar(whole.length).applyMatrix3(back).toArray();
      // The image whose middle is in the middle one of the cells that are drawn.
      const [u, v, w] = share.map((x, axis) => ((this.repeats[axis] - 1) >> 1) - Math.floor(x + 1e-4));
      const places = whole.map((place) => place.add(this.real(u, v, w)));
      const centre = places.reduce((sum, place) => sum.add(place), new Vector3()).divideScalar(places.length);
      places.forEach((place, step) => {
        const next = places[(step + 1) % places.length];
        faces.push(...centre.toArray(), ...place.toArray(), ...next.toArray());
        sides.push([place, next]);
      });
    }
    if (!sides.length) return;
    const surface = new BufferGeometry();
    surface.setAttribute("position", new BufferAttribute(new Float32Array(faces), 3));
    const opacity = Math.max(0.05, 0.32 / Math.sqrt(Math.max(1, this.rings.length / 8)));
    this.drawn.add(new Mesh(surface, new MeshBasicMaterial({ color: RING, transparent: true, opacity, side: DoubleSide, depthWrite: false })));
    const tube = new InstancedMesh(new CylinderGeometry(thick, thick, 1, sides.length > 4000 ? 5 : 10), new MeshLambertMaterial({ color: RING }), sides.length);
    sides.forEach(([from, to], index) => tube.setMatrixAt(index, stick(from, to)));
    this.drawn.add(tube);
  }

  private addAtoms({ elements, positions, bonds }: NonNullable<Scene["atoms"]>): void {
    const places = positions.map(([x, y, z]) => new Vector3(x, y, z));
    const balls: [Vector3, string][] = [];
    const sticks: [Vector3, Vector3, string][] = [];
    const [nu, nv, nw] = this.repeats;
    for (let u = 0; u < nu; u += 1) for (let v = 0; v < nv; v += 1) for (let w = 0; w < nw; w += 1) {
      const shift = this.real(u, v, w);
      places.forEach((place, atom) => balls.push([place.clone().add(shift), elements[atom]]));
      for (const [src, dst, a, b, c] of bonds) {
        const from = places[src].clone().add(shift);
        const to = places[dst].clone().add(this.real(u + a, v + b, w + c));
        const middle = from.clone().lerp(to, 0.5);
        sticks.push([from, middle, elements[src]], [middle, to, elements[dst]]);
      }
    }
    const colourOf = (element: string) => new Color(ELEMENT[element] ?? "#8c6bb1");
    const mesh = new InstancedMesh(new IcosahedronGeometry(0.28, balls.length > 4000 ? 1 : 2), new MeshLambertMaterial(), balls.length);
    balls.forEach(([place, element], index) => {
      const size = element === "H" ? 0.6 : 1;
      mesh.setMatrixAt(index, new Matrix4().makeScale(size, size, size).setPosition(place));
      mesh.setColorAt(index, colourOf(element));
    });
    const tube = new InstancedMesh(new CylinderGeometry(0.07, 0.07, 1, 6, 1, true), new MeshLambertMaterial(), sticks.length);
    sticks.forEach(([from, to, element], index) => {
      tube.setMatrixAt(index, stick(from, to));
      tube.setColorAt(index, colourOf(element));
    });
    this.drawn.add(mesh, tube);
  }

  private listen(): void {
    const canvas = this.canvas;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.touches.set(event.pointerId, [event.clientX, event.clientY]);
    });
    canvas.addEventListener("pointermove", (event) => {
      const last = this.touches.get(event.pointerId);
      if (!last) return;
      const other = [...this.touches].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const apart = ([x, y]: [number, number]) => Math.hypot(x - other[0], y - other[1]) || 1;
        this.zoom(apart([event.clientX, event.clientY]) / apart(last));
      } else this.turn((event.clientX - last[0]) / 120, (event.clientY - last[1]) / 120);
      this.touches.set(event.pointerId, [event.clientX, event.clientY]);
    });
    for (const name of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(name, (event) => this.touches.delete(event.pointerId));
    }
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0012)));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const moves: Record<string, () => void> = {
        ArrowLeft: () => this.turn(-0.15, 0), ArrowRight: () => this.turn(0.15, 0),
        ArrowUp: () => this.turn(0, -0.15), ArrowDown: () => this.turn(0, 0.15),
        "+": () => this.zoom(1.2), "=": () => this.zoom(1.2), "-": () => this.zoom(1 / 1.2), "0": () => this.fit(),
      };
      if (!moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      moves[event.key]();
    });
  }
}

function stick(from: Vector3, to: Vector3): Matrix4 {
  const along = to.clone().sub(from);
  const length = along.length() || 1e-9;
  const turn = new Quaternion().setFromUnitVectors(UP, along.clone().divideScalar(length));
  return new Matrix4().compose(from.clone().addScaledVector(along, 0.5), turn, new Vector3(1, length, 1));
}

const ELEMENT: Record<string, string> = {
  H: "#d9dce0", C: "#6b7280", N: "#3b6fd4", O: "#d64545", F: "#7fbf3f", S: "#d8b400", P: "#e58a1f", Cl: "#3fae5a",
  Si: "#c8a165", Zn: "#7d80b0", Cu: "#c88033",
};
