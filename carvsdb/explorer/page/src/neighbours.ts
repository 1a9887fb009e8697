// True nearest neighbours: stored for each different vector of ring counts, since many nets share one.

import { bytes } from "./blocks";
import type { Neighbour } from "./entry_card";
import type { MapAbout } from "./types";

export class Neighbours {
  private members: Uint32Array;
  private starts: Uint32Array;

  private constructor(
    private per: number,
    private vector: Uint32Array,
    private structure: Uint32Array,
    private near: Uint32Array,
    private distances: Float32Array,
    private noises: Float32Array,
    vectors: number,
  ) {
    this.starts = new Uint32Array(vectors + 1);
    for (const one of vector) this.starts[one + 1] += 1;
    for (let one = 0; one < vectors; one += 1) this.starts[one + 1] += this.starts[one];
    const next = this.starts.slice();
    this.members = new Uint32Array(vector.length);
    vector.forEach((one, row) => (this.members[next[one]++] = row));
  }

  static async load(about: MapAbout): Promise<Neighbours> {
    const block = await bytes("neighbours");
    const { per_vector: per, vectors } = about.neighbours;
    const [n, m] = [about.n, vectors * per];
    return new Neighbours(
      per,
      new Uint32Array(block, 0, n),
      new Uint32Array(block, 4 * n, n),
      new Uint32Array(block, 8 * n, m),
      new Float32Array(block, 8 * n + 4 * m, m),
      new Float32Array(block, 8 * n + 8 * m, m),
      vectors,
    );
  }

  /** Other entries with the same rings; other nets of the same structure are not meant. */
  same(row: number): number[] {
    return this.others(this.vector[row], row);
  }

  nearest(row: number, most: number): Neighbour[] {
    const found: Neighbour[] = [];
    const first = this.vector[row] * this.per;
    for (let place = first; place < first + this.per && found.length < most; place += 1) {
      if (Number.isNaN(this.distances[place])) break;
      const others = this.others(this.near[place], row);
      if (!others.length) continue;
      const noise = this.noises[place];
      found.push({ row: others[0], alike: others.length, distance: this.distances[place], noise: Number.isNaN(noise) ? null : noise });
    }
    return found;
  }

  private others(vector: number, row: number): number[] {
    const all = [...this.members.subarray(this.starts[vector], this.starts[vector + 1])];
    return all.filter((other) => other !== row && this.structure[other] !== this.structure[row]);
  }
}
