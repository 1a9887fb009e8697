// The columns of the map, as they lie in memory.

import type { ColumnAbout, MapAbout } from "./types";

export interface Column extends ColumnAbout {
  cells: Float32Array | Uint32Array | Uint16Array | Uint8Array;
}

const ARRAYS = { f32: Float32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array };

export class Table {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly columns: Column[];
  readonly n: number;
  labels: string[] = [];
  ids: (string | null)[] = [];
  formulas: (string | null)[] = [];

  constructor(about: MapAbout, block: ArrayBuffer) {
    this.n = about.n;
    let place = 0;
    const take = (code: ColumnAbout["code"]) => {
      const made = new ARRAYS[code](block, place, about.n);
      place += made.byteLength;
      return made;
    };
    this.x = take("f32") as Float32Array;
    this.y = take("f32") as Float32Array;
    this.columns = about.columns.map((column) => ({ ...column, cells: take(column.code) }));
  }

  column(name: string): Column {
    const found = this.columns.find((one) => one.name === name);
    if (!found) throw new Error(`there is no column ${name}`);
    return found;
  }

  /** A cell as it is read; empty where there is none. */
  text(column: Column, row: number): string {
    const cell = column.cells[row];
    if (column.kind === "category") return column.values?.[cell] ?? "";
    return Number.isNaN(cell) ? "" : number(cell);
  }
}

export function number(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en", { useGrouping: Math.abs(value) > 9999 });
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}
