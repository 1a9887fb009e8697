// The side panel: one entry, or two side by side.

import { Chunks } from "./blocks";
import { el, fill } from "./dom";
import { distance, EntryCard } from "./entry_card";
import { Neighbours } from "./neighbours";
import type { Table } from "./table";
import type { About, MapAbout, Scene } from "./types";

export class Panel {
  readonly element = el("aside", { class: "panel", "aria-label": "Entry", "aria-live": "polite" });
  current: EntryCard | null = null;
  pinned: EntryCard | null = null;
  lines: [number, number][] = [];
  private abouts: Chunks<About>;
  private scenes: Chunks<Scene> | null;
  private neighbours: Promise<Neighbours> | null = null;
  private asked = 0;

  constructor(
    private about: MapAbout,
    private table: Table,
    private go: (row: number) => void,
    private select: (rows: number[]) => void,
    private onChange: () => void,
  ) {
    this.abouts = new Chunks("about", about.chunks.about);
    this.scenes = about.chunks.net ? new Chunks("net", about.chunks.net) : null;
    this.arrange();
  }

  async open(row: number): Promise<void> {
    const asked = ++this.asked;
    this.element.setAttribute("aria-busy", "true");
    try {
      const card = await this.card(row, asked);
      if (!card) return;
      this.current?.dispose();
      this.current = card;
      this.arrange();
      this.element.scrollTop = 0;
    } catch (error) {
      if (asked === this.asked) fill(this.element, el("p", { class: "note" }, `This entry cannot be shown: ${error instanceof Error ? error.message : error}`));
      throw error;
    } finally {
      if (asked === this.asked) this.element.removeAttribute("aria-busy");
    }
  }

  close(): void {
    this.asked += 1;
    this.current?.dispose();
    this.current = null;
    if (this.pinned) this.unpin();
    else this.arrange();
  }

  /** Keep the entry, so that the next one stands beside it. */
  pin(): void {
    if (!this.current) return;
    this.pinned?.dispose();
    this.pinned = this.current;
    this.current = null;
    this.arrange();
  }

  unpin(): void {
    if (!this.current) {
      this.current = this.pinned;
    } else this.pinned?.dispose();
    this.pinned = null;
    this.arrange();
  }

  private async card(row: number, asked: number): Promise<EntryCard | null> {
    this.neighbours ??= Neighbours.load(this.about);
    // The sorts of node of a net share its scene; else the scene is waited for together with the rest.
    const isOwn = this.about.level === "nets";
    const [about, own, neighbours] = await Promise.all([
      this.abouts.item(row), isOwn ? this.scenes?.item(row) ?? null : null, this.neighbours,
    ]);
    const scene = isOwn ? own : (await this.scenes?.item(about.scene ?? 0)) ?? null;
    if (asked !== this.asked) return null;
    const near = neighbours.nearest(row, this.about.neighbours.shown);
    const names = this.table.column("name");
    const button = (title: string, about: string, click: () => void) => el("button", { type: "button", title: about, click }, title);
    const mine = () => (this.pinned?.row === row && this.pinned === card ? this.unpin() : this.close());
    const card: EntryCard = new EntryCard(row, about, {
      sources: this.about.sources, scene, neighbours: near, same: neighbours.same(row),
      labelOf: (other) => this.table.labels[other] ?? `entry ${other + 1}`,
      nameOf: (other) => this.table.text(names, other),
      go: this.go, select: this.select,
    }, [
      button("Compare", "Keep this one; the next entry stands beside it (c)", () => (this.pinned === card ? this.unpin() : this.pin())),
      button("Close", "Close (Escape)", mine),
    ]);
    this.lines = near.map((one) => [row, one.row] as [number, number]);
    return card;
  }

  private arrange(): void {
    if (!this.current && !this.pinned) {
      this.lines = [];
      fill(this.element, el("p", { class: "hint" }, "Click a point, or search, to see its net, its symbols and its true nearest neighbours."));
    } else {
      const cards = [this.pinned, this.current].filter((one): one is EntryCard => one !== null).map((one) => one.element);
      const hint = this.current ? null : el("p", { class: "hint" }, "Now choose a second entry to see the two side by side.");
      fill(this.element, this.between(), el("div", { class: "cards" }, ...cards, hint));
    }
    this.element.classList.toggle("two", this.pinned !== null);
    this.onChange();
  }

  private between(): HTMLElement | null {
    if (!this.pinned || !this.current) return null;
    const [a, b] = [this.pinned.about, this.current.about];
    const apart = distance(a.vector, b.vector);
    const isAlike = (a.completeness !== "no" && b.completeness !== "no") || a.max_ring_size === b.max_ring_size;
    const words = apart === null ? "One of the two has no rings, so they have no distance."
      : !isAlike || a.ring_kind !== b.ring_kind ? "Their rings were searched in different ways: they cannot be compared."
      : `Topological distance of the two: ${apart.toFixed(3)}`;
    const given = [a, b].some((one) => one.clustering === "as given");
    const differ = given ? [] : [a.clustering !== b.clustering && "clusterings", a.bond_rule !== b.bond_rule && "bond rules"].filter(Boolean);
    const doubt = differ.length ? el("span", { class: "note" }, ` (they were made of atoms by different ${differ.join(" and ")})`) : null;
    return el("p", { class: "between" }, words, doubt);
  }
}
