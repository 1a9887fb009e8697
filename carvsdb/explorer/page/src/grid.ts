// Points of a plane in square boxes, so that the one nearest to a place is found at once.

export class Grid {
  readonly left: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
  private starts: Uint32Array;
  private rows: Uint32Array;
  private across: number;
  private up: number;
  private side: number;
  /** The first point at the same place, by point. */
  readonly first: Uint32Array;

  constructor(
    private x: Float32Array,
    private y: Float32Array,
  ) {
    const n = x.length;
    let [left, right, bottom, top] = n ? [x[0], x[0], y[0], y[0]] : [0, 1, 0, 1];
    for (let row = 0; row < n; row += 1) {
      if (x[row] < left) left = x[row];
      if (x[row] > right) right = x[row];
      if (y[row] < bottom) bottom = y[row];
      if (y[row] > top) top = y[row];
    }
    [this.left, this.bottom, this.width, this.height] = [left, bottom, right - left, top - bottom];
    this.side = Math.max(this.width, this.height, 1e-6) / Math.max(1, Math.ceil(Math.sqrt(n / 2)));
    this.across = Math.floor(this.width / this.side) + 1;
    this.up = Math.floor(this.height / this.side) + 1;
    const box = new Uint32Array(n);
    this.starts = new Uint32Array(this.across * this.up + 1);
    for (let row = 0; row < n; row += 1) {
      box[row] = this.column(x[row]) + this.across * this.line(y[row]);
      this.starts[box[row] + 1] += 1;
    }
    for (let place = 1; place < this.starts.length; place += 1) this.starts[place] += this.starts[place - 1];
    const next = this.starts.slice();
    this.rows = new Uint32Array(n);
    for (let row = 0; row < n; row += 1) this.rows[next[box[row]]++] = row;
    this.first = new Uint32Array(n);
    const known = new Map<string, number>();
    for (let row = 0; row < n; row += 1) {
      const key = `${x[row]},${y[row]}`;
      const before = known.get(key);
      if (before === undefined) known.set(key, row);
      this.first[row] = before ?? row;
    }
  }

  private column(x: number): number {
    return Math.min(Math.max(Math.floor((x - this.left) / this.side), 0), this.across - 1);
  }

  private line(y: number): number {
    return Math.min(Math.max(Math.floor((y - this.bottom) / this.side), 0), this.up - 1);
  }

  /** Visit the points of all boxes that a rectangle touches. */
  within(left: number, bottom: number, right: number, top: number, visit: (row: number) => void): void {
    for (let line = this.line(bottom); line <= this.line(top); line += 1) {
      for (let column = this.column(left); column <= this.column(right); column += 1) {
        const box = column + this.across * line;
        for (let place = this.starts[box]; place < this.starts[box + 1]; place += 1) visit(this.rows[place]);
      }
    }
  }

  /** The nearest point that is shown, no farther than a radius; of several at one place the first; -1 if none. */
  nearest(x: number, y: number, radius: number, shown: Uint8Array): number {
    let best = -1;
    let least = radius * radius;
    this.within(x - radius, y - radius, x + radius, y + radius, (row) => {
      if (!shown[row]) return;
      const squared = (this.x[row] - x) ** 2 + (this.y[row] - y) ** 2;
      if (squared < least || (squared === least && row < best)) [best, least] = [row, squared];
    });
    return best;
  }

  /** Points that are shown at the very place of a point. */
  together(row: number, shown: Uint8Array): number[] {
    const found: number[] = [];
    this.within(this.x[row], this.y[row], this.x[row], this.y[row], (other) => {
      if (shown[other] && this.first[other] === this.first[row]) found.push(other);
    });
    return found.sort((a, b) => a - b);
  }

  /** The nearest point that is shown in a direction: what an arrow key goes to. */
  towards(row: number, dx: number, dy: number, shown: Uint8Array): number {
    let best = row;
    let least = Infinity;
    for (let other = 0; other < this.x.length; other += 1) {
      if (!shown[other] || this.first[other] === this.first[row]) continue;
      const [x, y] = [this.x[other] - this.x[row], this.y[other] - this.y[row]];
      const along = x * dx + y * dy;
      const aside = Math.abs(x * dy - y * dx);
      if (along <= 0 || aside > along) continue;
      const cost = along + 2 * aside;
      if (cost < least) [best, least] = [other, cost];
    }
    return best;
  }
}

/** Whether a place is inside a polygon, given as [x, y, x, y, ...]. */
export function inside(polygon: number[], x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [polygon[i], polygon[i + 1], polygon[j], polygon[j + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
