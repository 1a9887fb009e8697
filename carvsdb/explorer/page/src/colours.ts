// Colours and markers that colour-blind readers tell apart: Okabe and Ito's, and viridis.

import type { Column } from "./table";

export const CATEGORY = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C00"];
export const OTHER = "#8a8f98";
export const NONE = "#c3c7cd";
/** Components of an interpenetrated net. */
export const COMPONENT = [...CATEGORY, "#555B66"];

const VIRIDIS = [
  [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141],
  [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37],
];

export function viridis(share: number): [number, number, number] {
  const at = Math.min(Math.max(share, 0), 1) * (VIRIDIS.length - 1);
  const low = Math.min(Math.floor(at), VIRIDIS.length - 2);
  const mix = at - low;
  return [0, 1, 2].map((i) => Math.round(VIRIDIS[low][i] * (1 - mix) + VIRIDIS[low + 1][i] * mix)) as [number, number, number];
}

export function rgb(colour: string): [number, number, number] {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export interface LegendItem {
  title: string;
  colour: string;
  /** Number of the marker. */
  marker: number;
  count: number;
  /** The values of the column that it stands for. */
  codes: number[];
}

export interface Scale {
  column: Column;
  items: LegendItem[];
  range?: [number, number];
  colourOf(row: number): [number, number, number];
  /** The place of its item among `items`; 0 where there are none. */
  itemOf(row: number): number;
}

const MOST = CATEGORY.length;
export const OTHER_MARKER = 7;

export function scaleOf(column: Column): Scale {
  return column.kind === "number" ? numbers(column) : categories(column);
}

function numbers(column: Column): Scale {
  const sorted = Float32Array.from(column.cells).filter((value) => !Number.isNaN(value)).sort();
  // One far point should not make all others one colour.
  const low = sorted.length ? sorted[Math.floor(0.01 * (sorted.length - 1))] : 0;
  const high = sorted.length ? sorted[Math.ceil(0.99 * (sorted.length - 1))] : 1;
  const width = high - low || 1;
  return {
    column,
    items: [],
    range: [low, high],
    colourOf: (row) => (Number.isNaN(column.cells[row]) ? rgb(NONE) : viridis((column.cells[row] - low) / width)),
    itemOf: () => 0,
  };
}

function categories(column: Column): Scale {
  const values = column.values ?? [];
  const counts = new Array<number>(values.length).fill(0);
  for (const cell of column.cells) counts[cell] += 1;
  const present = values.map((_, code) => code).filter((code) => counts[code] > 0);
  const named = present.filter((code) => values[code] !== "");
  const chosen = [...named].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, named.length <= MOST ? MOST : MOST - 1);
  if (named.every((code) => /^\d+$/.test(values[code]))) chosen.sort((a, b) => Number(values[a]) - Number(values[b]));
  const items: LegendItem[] = chosen.map((code, place) => ({
    title: values[code], colour: CATEGORY[place], marker: place, count: counts[code], codes: [code],
  }));
  const add = (title: string, colour: string, codes: number[]) => {
    const total = codes.reduce((sum, code) => sum + counts[code], 0);
    if (total) items.push({ title, colour, marker: OTHER_MARKER, count: total, codes });
  };
  const rest = named.filter((code) => !chosen.includes(code));
  add(`${rest.length} others`, OTHER, rest);
  add("none", NONE, present.filter((code) => values[code] === ""));
  const itemOf = new Uint8Array(values.length);
  items.forEach((item, place) => item.codes.forEach((code) => (itemOf[code] = place)));
  const colours = items.map((item) => rgb(item.colour));
  return {
    column,
    items,
    colourOf: (row) => colours[itemOf[column.cells[row]]],
    itemOf: (row) => itemOf[column.cells[row]],
  };
}
