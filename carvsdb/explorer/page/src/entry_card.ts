// All that is told of an entry, with its net and its true neighbours.

import { count, number } from "./table";
import { append, data, el, short, svg } from "./dom";
import { NetCard } from "./net_card";
import type { About, Refinement, Scene, SourceAbout } from "./types";

export interface Neighbour {
  row: number;
  /** Entries with the very same rings, this one included. */
  alike: number;
  distance: number;
  noise: number | null;
}

export interface EntryContext {
  sources: SourceAbout[];
  scene: Scene | null;
  neighbours: Neighbour[];
  /** Others with the same rings. */
  same: number[];
  labelOf(row: number): string;
  nameOf(row: number): string;
  go(row: number): void;
  select(rows: number[]): void;
}

const STATUS: Record<string, string> = {
  named: "its net has a name",
  keyed: "its net has a canonical key, and no name in the archives",
  unkeyed: "its net has no canonical key",
};

/** Distance of two vectors of mean ring counts: |a - b| / sqrt(2), each normalised. */
export function distance(a: number[], b: number[]): number | null {
  const total = (v: number[]) => v.reduce((sum, x) => sum + x, 0);
  const [ta, tb] = [total(a), total(b)];
  if (!ta || !tb) return null;
  let squares = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) squares += ((a[i] ?? 0) / ta - (b[i] ?? 0) / tb) ** 2;
  return Math.sqrt(squares / 2);
}

export class EntryCard {
  readonly element: HTMLElement;
  readonly net: NetCard | null;

  constructor(
    readonly row: number,
    readonly about: About,
    context: EntryContext,
    buttons: HTMLElement[],
  ) {
    // A release holds some nets without their graph.
    const scene = context.scene?.positions.length ? context.scene : null;
    const cells = scene ? scene.positions.length / (about.n_nodes + about.n_linkers) : 1;
    this.net = scene ? new NetCard(scene, about.ring_counts, short(about.label), cells) : null;
    const heading = el("h2", { tabindex: -1 }, data(about.label, 120));
    const named = about.names.length ? el("p", { class: "named" }, "Net ", el("b", {}, data(about.names.join(", ")))) : null;
    this.element = el("article", { class: "entry" },
      el("header", {}, el("div", {}, heading, named), el("div", { class: "actions" }, ...buttons)),
      this.net?.element ?? el("p", { class: "note" }, context.scene
        ? "This net is stored without its graph, so it cannot be drawn." : "This file was made without nets in three dimensions."),
      this.facts(context),
      this.bars(),
      this.nearest(context),
      ...about.refinements.map((one, place) => refinement(one, place, about.refinements.length)),
      lineage(about.provenance),
    );
  }

  dispose(): void {
    this.net?.dispose();
    this.element.remove();
  }

  private facts(context: EntryContext): HTMLElement {
    const about = this.about;
    const list = el("dl", {});
    const fact = (title: string, ...value: (Node | string)[]) => append(list, [el("dt", {}, title), el("dd", {}, ...value)]);
    if (about.sort) fact("Node", `${count(about.sort.nodes, "node")} of the ${about.n_nodes.toLocaleString("en")} of `, data(about.sort.net, 60), `, its sort ${about.sort.number}`);
    fact("Status", about.status, about.cause ? ": " : STATUS[about.status] ? `: ${STATUS[about.status]}` : "", about.cause ? data(about.cause) : "");
    fact(about.sort ? "Its rings" : "CARVS", data(about.symbol || "no rings"));
    const sizes = `${about.ring_kind === "strong" ? "strong rings" : "rings"} up to ${about.max_ring_size} nodes`;
    fact("Search", `${sizes}, ${{ proved: "proved complete", observed: "complete as far as seen" }[about.completeness] ?? "not complete: there may be larger rings"}`);
    fact("Vertex symbols", symbols(about.vertex_symbols));
    fact("Point symbols", symbols(about.point_symbols));
    fact("Coordination", Object.entries(about.coordination).map(([bonds, nodes]) => `${bonds} (${count(nodes, "node")})`).join(", ") || "none");
    const linkers = about.n_linkers ? `, ${count(about.n_linkers, "linker")}` : "";
    fact("Cell", `${count(about.n_nodes, "node")}${linkers}, ${count(about.n_edges, "edge")}`);
    fact("Nets in it", nets(about));
    fact("TD10", number(about.td10));
    if (about.formula) fact("Formula", data(about.formula));
    if (about.density !== null) fact("Density", `${number(about.density)} g/cm³`);
    fact("Kind", about.kind);
    fact("Clustering", `${about.clustering}; `, data(about.bond_rule));
    const source = about.source === null ? null : context.sources[about.source];
    if (source) fact("Source", ...origin(source, about.id_in_source));
    if (about.file) fact("File", data(about.file));
    if (about.quality.length) fact("Doubts", el("ul", {}, ...about.quality.map((one) => el("li", {}, data(one)))));
    return list;
  }

  /** Rings of each size through a node. */
  private bars(): HTMLElement | null {
    const vector = this.about.vector;
    const sizes = vector.map((_, place) => place).filter((place) => vector[place] > 0);
    if (!sizes.length) return null;
    const [first, last] = [Math.min(3, sizes[0] + 1), Math.max(sizes[sizes.length - 1] + 1, 8)];
    const most = Math.max(...vector);
    const width = 300 / (last - first + 1);
    const parts: Node[] = [];
    for (let size = first; size <= last; size += 1) {
      const height = (64 * (vector[size - 1] ?? 0)) / most;
      const x = (size - first) * width;
      const bar = svg("rect", { x: x + 0.12 * width, y: 70 - height, width: 0.76 * width, height, class: "bar-of-rings" });
      const title = svg("title", {});
      title.textContent = `${number(vector[size - 1] ?? 0)} ${size}-rings a node`;
      bar.append(title);
      const text = svg("text", { x: x + width / 2, y: 82, "text-anchor": "middle" });
      text.textContent = width > 13 || size % 2 === 0 ? String(size) : "";
      parts.push(bar, text);
    }
    const drawing = svg("svg", { viewBox: "0 0 300 86", role: "img", "aria-label": "Mean number of rings of each size through a node" }, ...parts);
    return el("section", {}, el("h3", {}, this.about.sort ? "Rings through this node, by size" : "Rings through a node, by size"), drawing as unknown as HTMLElement);
  }

  private nearest(context: EntryContext): HTMLElement {
    const go = (row: number) => el("button", { type: "button", class: "link", click: () => context.go(row) }, data(context.labelOf(row), 60));
    const section = el("section", { class: "neighbours" }, el("h3", {}, this.about.sort ? "True nearest nodes of other nets" : "True nearest neighbours"));
    if (context.same.length) {
      const rows = [this.row, ...context.same];
      section.append(el("p", {}, `${count(context.same.length, "other has", "others have")} the very same rings (distance 0): `,
        ...context.same.slice(0, 4).flatMap((row, place) => [place ? ", " : "", go(row)]),
        context.same.length > 4 ? " … " : " ",
        el("button", { type: "button", click: () => context.select(rows) }, "Select all")));
    }
    if (!context.neighbours.length) {
      section.append(el("p", {}, "There is no other net to compare with."));
      return section;
    }
    const body = el("tbody", {});
    for (const { row, alike, distance, noise } of context.neighbours) {
      body.append(el("tr", {},
        el("td", {}, go(row), alike > 1 ? ` and ${(alike - 1).toLocaleString("en")} alike` : ""),
        el("td", {}, data(context.nameOf(row), 30)),
        el("td", { class: "number" }, distance.toFixed(3)),
        el("td", { class: "number" }, noise === null ? "none" : `± ${noise.toFixed(3)}`)));
    }
    section.append(el("table", {}, el("thead", {}, el("tr", {}, ...["Entry", "Net", "Distance", "Noise"].map((title) => el("th", { scope: "col" }, title)))), body));
    section.append(el("p", { class: "note" }, "By topological distance of the rings, 0 to 1. Distances on the map are not these."));
    return section;
  }
}

function symbols(counts: Record<string, number>): HTMLElement | string {
  const all = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  if (!all.length) return "none";
  const text = (some: [string, number][]) => some.map(([symbol, nodes]) => (all.length > 1 ? `${symbol} × ${nodes}` : symbol)).join(";  ");
  return data(text(all.slice(0, 4)) + (all.length > 4 ? `;  and ${all.length - 4} more` : ""), 400);
}

function nets(about: About): string {
  if (!about.components.length) return "unknown";
  const words = about.components.map(({ names, periodicity, multiplicity }) =>
    `${multiplicity} × ${short(names.join(", ") || "unnamed")}, ${periodicity}-periodic`);
  return words.slice(0, 4).join("; ") + (words.length > 4 ? ` and ${words.length - 4} more` : "");
}

function origin(source: SourceAbout, id: string | null): (Node | string)[] {
  const parts: (Node | string)[] = [data([source.collection, source.version].filter(Boolean).join(" "))];
  if (id) parts.push(", id ", data(id));
  parts.push("; licence ", data(source.licence ?? "not stated"));
  // Only what is a DOI, or a web address, becomes a link.
  if (source.doi) parts.push("; doi ", /^10\.\d{4,9}\/[^\s"<>]+$/.test(source.doi) ? link(`https://doi.org/${encodeURI(source.doi)}`, source.doi) : data(source.doi));
  if (source.url) parts.push("; ", /^https?:\/\/[^\s"<>]+$/.test(source.url) ? link(source.url, source.url) : data(source.url));
  if (source.citation) parts.push(el("div", { class: "note" }, data(source.citation, 400)));
  return parts;
}

function link(to: string, text: string): HTMLElement {
  return el("a", { href: to, target: "_blank", rel: "noopener noreferrer" }, data(text, 80));
}

function refinement(one: Refinement, place: number, all: number): HTMLElement {
  const list = el("dl", {});
  const fact = (title: string, value: string | null) => value !== null && append(list, [el("dt", {}, title), el("dd", {}, data(value))]);
  fact("Seed", String(one.seed));
  fact("Moves", one.moves === null ? null : one.moves.toLocaleString("en"));
  fact("Temperature", one.temperature === null ? null : `${number(one.temperature)} K`);
  fact("Energy", one.energy_per_atom === null ? null : `${one.energy_per_atom.toFixed(4)} eV/atom`);
  fact("Potential", one.potential ?? "none");
  fact("Made by", `carvsdb ${one.version}`);
  fact("Files", one.files.length ? one.files.join(", ") : null);
  const fits = el("tbody", {});
  for (const fit of one.data) {
    const rw = (value: number | null) => el("td", { class: "number" }, value === null ? "" : value.toFixed(4));
    fits.append(el("tr", {}, el("td", {}, data(`${fit.kind} ${fit.function}`, 60)), el("td", {}, data(fit.file, 60)), rw(fit.rw), rw(fit.fitted_rw)));
  }
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...["Data", "File", "Rw", "Rw as fitted"].map((title) => el("th", { scope: "col" }, title)))), fits);
  return el("section", {}, el("h3", {}, all > 1 ? `Refinement ${place + 1} of ${all}` : "Refinement"), list, one.data.length ? table : null);
}

function lineage(provenance: Record<string, unknown>): HTMLElement | null {
  const facts = Object.entries(provenance);
  if (!facts.length) return null;
  const list = el("dl", {});
  for (const [title, value] of facts.slice(0, 40)) {
    append(list, [el("dt", {}, data(title, 40)), el("dd", {}, data(typeof value === "string" ? value : JSON.stringify(value)))]);
  }
  return el("details", {}, el("summary", {}, "How it was made"), list);
}
