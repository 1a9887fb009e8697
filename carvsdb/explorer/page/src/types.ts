// What the Python side writes into the page.

export interface ColumnAbout {
  name: string;
  title: string;
  kind: "category" | "number";
  code: "f32" | "u32" | "u16" | "u8";
  unit?: string;
  values?: string[];
  /** What is told of each value where there is room. */
  tips?: string[];
}

export interface SourceAbout {
  collection: string;
  version: string | null;
  url: string | null;
  doi: string | null;
  licence: string | null;
  citation: string | null;
}

export interface MapAbout {
  kind: "map";
  /** What a point is: a net, or a sort of node of a net. */
  level: "nets" | "environments";
  title: string;
  made_by: string;
  n: number;
  axes: string[];
  notes: string[];
  columns: ColumnAbout[];
  sources: SourceAbout[];
  /** How many are shown of an entry; more are stored, since other nets of the same structure are left out. */
  neighbours: { shown: number; per_vector: number; vectors: number };
  chunks: { about: number[]; net: number[] | null };
}

export interface NetAbout {
  kind: "net";
  title: string;
  made_by: string;
  facts: [string, string][];
  light: number;
}

export interface RefinedData {
  kind: string;
  function: string;
  file: string;
  rw: number | null;
  fitted_rw: number | null;
}

export interface Refinement {
  seed: number;
  moves: number | null;
  temperature: number | null;
  energy_per_atom: number | null;
  potential: string | null;
  data: RefinedData[];
  files: string[];
  version: string;
}

/** All that is told of an entry. */
export interface About {
  label: string;
  names: string[];
  kind: string;
  formula: string | null;
  density: number | null;
  file: string | null;
  source: number | null;
  id_in_source: string | null;
  clustering: string;
  bond_rule: string;
  status: string;
  cause: string | null;
  quality: string[];
  n_nodes: number;
  n_linkers: number;
  n_edges: number;
  coordination: Record<string, number>;
  periodicity: number;
  components: { names: string[]; periodicity: number; multiplicity: number }[];
  symbol: string;
  sigma: number;
  ring_kind: string;
  linker_aware: boolean;
  max_ring_size: number;
  completeness: string;
  ring_counts: Record<string, number>;
  vector: number[];
  vertex_symbols: Record<string, number>;
  point_symbols: Record<string, number>;
  td10: number;
  provenance: Record<string, unknown>;
  refinements: Refinement[];
  /** Of a sort of node: which net it is of, and which of the scenes that is. */
  sort?: { number: number; nodes: number; net: string };
  scene?: number;
}

/** A net to be drawn: carvsdb.plots.net_scene. Places are Cartesian and lie in the cell; an edge is [src, dst, u, v, w]. */
export interface Scene {
  unit: string;
  cell: number[][];
  positions: number[][];
  is_node: (number | boolean)[];
  component: number[];
  edges: number[][];
  repeats: number[];
  notes: string[];
  rings?: Record<string, { vertices: number[][]; offsets: number[][][] }>;
  atoms?: { elements: string[]; positions: number[][]; bonds: number[][] };
}
