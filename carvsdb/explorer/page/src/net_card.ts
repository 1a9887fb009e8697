// A net with its buttons: rings to light up, cells, what is shown.

import { el, fill } from "./dom";
import { RingSearch, type Ring } from "./net_rings";
import { NetView } from "./net_view";
import { count } from "./table";
import type { Scene } from "./types";

export class NetCard {
  readonly element: HTMLElement;
  readonly view: NetView | null = null;
  size = 0;
  lit: Ring[] = [];

  private search: RingSearch;
  private said = el("p", { class: "said", role: "status" });
  private buttons = new Map<number, HTMLButtonElement>();
  private asked = 0;

  /**
   * @param counts How many rings of each size the catalogue says there are; empty if that is not known.
   * @param cells How many cells of the catalogue the scene holds.
   * @param isCounted Whether sizes that are not among the counts have no rings.
   */
  constructor(
    private net: Scene,
    private counts: Record<string, number>,
    name: string,
    private cells = 1,
    isCounted = true,
  ) {
    const canvas = el("canvas", {
      class: "net", tabindex: 0, role: "img",
      "aria-label": `The net ${name} in three dimensions. Arrow keys turn it, plus and minus zoom, 0 shows all.`,
    });
    const room = el("div", { class: "room" }, canvas);
    this.search = new RingSearch(net);
    const bar = el("div", { class: "bar" });
    this.element = el("div", { class: "netcard" }, room, bar, this.said);
    try {
      this.view = new NetView(canvas, net);
    } catch (error) {
      fill(room, el("p", { class: "note" }, `This browser draws no WebGL: ${error instanceof Error ? error.message : error}`));
      return;
    }
    const known = Object.keys(net.rings ?? counts).map(Number).sort((a, b) => a - b);
    // Where nobody has counted, all usual sizes can be asked for.
    const sizes = known.length || isCounted ? known : [3, 4, 5, 6, 7, 8, 9, 10, 12];
    if (sizes.length) {
      const group = el("div", { class: "sizes", role: "group", "aria-label": "Light up rings of a size" }, el("span", {}, "Rings"));
      for (const size of sizes) {
        const button = el("button", { type: "button", "aria-pressed": "false", title: this.title(size), click: () => void this.light(this.size === size ? 0 : size) }, String(size));
        this.buttons.set(size, button);
        group.append(button);
      }
      bar.append(group);
    }
    const view = this.view;
    const choice = el("select", { "aria-label": "Cells drawn", change: () => view.set({ repeats: choice.value.split(",").map(Number) as [number, number, number] }) });
    const own = view.repeats.join();
    for (const value of new Set([own, "1,1,1", "2,2,2", "3,3,3"])) {
      if (value === own || net.positions.length * value.split(",").reduce((a, b) => a * Number(b), 1) < 20_000) {
        choice.append(el("option", { value }, `${value.replaceAll(",", " × ")} cells`));
      }
    }
    bar.append(choice, this.toggle("Cell", true, (on) => view.set({ showCell: on })));
    if (view.isNodeLinker) bar.append(this.toggle("Linkers", true, (on) => view.set({ showLinkers: on })));
    if (net.atoms) bar.append(this.toggle("Atoms", true, (on) => view.set({ showAtoms: on })));
    for (const note of net.notes) this.element.append(el("p", { class: "note" }, note));
  }

  /** Light up the rings of a size; 0 is none. */
  async light(size: number): Promise<void> {
    const asked = ++this.asked;
    this.size = size;
    for (const [one, button] of this.buttons) button.setAttribute("aria-pressed", String(one === size));
    this.lit = [];
    if (!size) {
      this.said.textContent = "";
      this.view?.light([]);
      return;
    }
    this.said.textContent = `Looking for ${size}-rings …`;
    const found = this.given(size) ?? (await this.search.find(size, () => asked !== this.asked));
    if (asked !== this.asked) return;
    if (!found) {
      this.said.textContent = `There are more ${size}-rings than this page finds in 20 seconds.`;
      return;
    }
    this.lit = found;
    this.view?.light(found);
    // The cell shown may hold several of those that the catalogue counts in.
    const told = this.counts[size] === undefined ? found.length : this.counts[size] * this.cells;
    const differs = told === found.length ? "" : `; the catalogue says ${told}: please report it`;
    this.said.textContent = `${count(found.length, "ring")} of ${size} in the cell, each lit up once${differs}`;
  }

  /** Go on to the next size that there is. */
  nextSize(): Promise<void> {
    const sizes = [0, ...this.buttons.keys()];
    return this.light(sizes[(sizes.indexOf(this.size) + 1) % sizes.length]);
  }

  dispose(): void {
    this.asked += 1;
    this.view?.dispose();
  }

  private given(size: number): Ring[] | null {
    const rings = this.net.rings?.[size];
    return rings ? rings.vertices.map((ring, place) => ring.map((vertex, step) => [vertex, ...rings.offsets[place][step]])) : null;
  }

  private title(size: number): string {
    const told = this.counts[size];
    return told === undefined ? `Light up ${size}-rings` : `Light up ${count(told * this.cells, "ring")} of ${size}`;
  }

  private toggle(title: string, on: boolean, change: (on: boolean) => void): HTMLElement {
    const box = el("input", { type: "checkbox", checked: on, change: () => change(box.checked) });
    return el("label", {}, box, title);
  }
}
