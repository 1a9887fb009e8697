// The rings of one size of a net, found in the page: cycles without a short-cut, each translation class once.
// As carvsdb.rings does it, without its speed: walks that stay as far from each vertex as along the ring.

import type { Scene } from "./types";

/** A ring: its vertices in order, [vertex, u, v, w]. */
export type Ring = number[][];

const REACH = 512;

interface End {
  to: number;
  cell: number[];
}

export class RingSearch {
  private ends: End[][];
  private rank: number[];
  private tables = new Map<number, Map<number, number>>();
  private depth = 0;

  constructor(private scene: Scene) {
    const n = scene.positions.length;
    this.ends = Array.from({ length: n }, () => []);
    for (const [src, dst, u, v, w] of scene.edges) {
      this.ends[src].push({ to: dst, cell: [u, v, w] });
      this.ends[dst].push({ to: src, cell: [-u, -v, -w] });
    }
    // Every ring of a net of nodes and linkers has nodes: they come first and are the roots.
    const order = [...Array(n).keys()].sort((a, b) => Number(scene.is_node[b]) - Number(scene.is_node[a]) || a - b);
    this.rank = new Array<number>(n);
    order.forEach((vertex, place) => (this.rank[vertex] = place));
  }

  get isNodeLinker(): boolean {
    return this.scene.is_node.some((flag) => !flag);
  }

  /** Rings of a size in nodes; null if there are more than can be found in some seconds, or it is called off. */
  async find(size: number, isCalledOff: () => boolean, seconds = 20): Promise<Ring[] | null> {
    const length = this.isNodeLinker ? 2 * size : size;
    if (length < 3) return [];
    this.depth = Math.floor(length / 2);
    this.tables.clear();
    const found = new Map<string, Ring>();
    const start = performance.now();
    let breath = start;
    for (let root = 0; root < this.ends.length; root += 1) {
      if (!this.scene.is_node[root]) continue;
      for (const ring of this.ringsFrom(root, length)) {
        const key = this.keyOf(ring);
        if (!found.has(key)) found.set(key, ring);
        if (found.size > 200_000 || performance.now() - start > 1000 * seconds) return null;
      }
      if (performance.now() - breath > 30) {
        await new Promise((resolve) => setTimeout(resolve));
        breath = performance.now();
      }
      if (isCalledOff() || breath - start > 1000 * seconds) return null;
    }
    return [...found.values()];
  }

  private *ringsFrom(root: number, length: number): Generator<Ring> {
    const path: Ring = [[root, 0, 0, 0]];
    const next = [0];
    while (path.length) {
      const step = path.length;
      const last = path[step - 1];
      const ends = this.ends[last[0]];
      if (step === length || next[step - 1] === ends.length) {
        if (step === length) yield path.map((one) => [...one]);
        path.pop();
        next.pop();
        continue;
      }
      const end = ends[next[step - 1]++];
      if (this.rank[end.to] < this.rank[root]) continue;
      const image = [end.to, last[1] + end.cell[0], last[2] + end.cell[1], last[3] + end.cell[2]];
      if (this.fits(path, image, length)) {
        path.push(image);
        next.push(0);
      }
    }
  }

  /** Whether an image is as far from all others of a path as along a ring of that length. */
  private fits(path: Ring, image: number[], length: number): boolean {
    for (let other = 0; other < path.length; other += 1) {
      const along = Math.min(path.length - other, length - path.length + other);
      if (this.distance(path[other], image) !== along) return false;
    }
    return true;
  }

  private distance(from: number[], to: number[]): number {
    let table = this.tables.get(from[0]);
    if (!table) {
      table = this.ball(from[0]);
      this.tables.set(from[0], table);
    }
    return table.get(key(to[0], to[1] - from[1], to[2] - from[2], to[3] - from[3])) ?? -1;
  }

  private ball(root: number): Map<number, number> {
    const table = new Map<number, number>([[key(root, 0, 0, 0), 0]]);
    let shell = [[root, 0, 0, 0]];
    for (let depth = 1; depth <= this.depth; depth += 1) {
      const beyond: number[][] = [];
      for (const [vertex, u, v, w] of shell) {
        for (const { to, cell } of this.ends[vertex]) {
          const image = [to, u + cell[0], v + cell[1], w + cell[2]];
          const number = key(image[0], image[1], image[2], image[3]);
          if (!table.has(number)) {
            table.set(number, depth);
            beyond.push(image);
          }
        }
      }
      shell = beyond;
    }
    return table;
  }

  /** The same for all turns, directions and translations of a ring. */
  private keyOf(ring: Ring): string {
    const first = Math.min(...ring.map(([vertex]) => this.rank[vertex]));
    let least: string | null = null;
    ring.forEach((origin, start) => {
      if (this.rank[origin[0]] !== first) return;
      for (const turn of [1, ring.length - 1]) {
        const words = ring.map((_, step) => {
          const [vertex, u, v, w] = ring[(start + step * turn) % ring.length];
          return `${vertex},${u - origin[1]},${v - origin[2]},${w - origin[3]}`;
        });
        const text = words.join(" ");
        if (least === null || text < least) least = text;
      }
    });
    return least as unknown as string;
  }
}

function key(vertex: number, u: number, v: number, w: number): number {
  const side = 2 * REACH;
  return ((vertex * side + u + REACH) * side + v + REACH) * side + w + REACH;
}
