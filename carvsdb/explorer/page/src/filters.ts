// Which points are shown.

import { el, fill, short } from "./dom";
import type { Scale } from "./colours";
import { legend } from "./legend";
import { count, type Column, type Table } from "./table";

export class Filters {
  readonly element = el("div", { class: "filters" });
  readonly legend = el("div", { class: "legend" });
  readonly shown: Uint8Array;
  private said = el("p", { class: "said", role: "status" });
  private chosen = new Map<Column, Set<number>>();
  private resets: (() => void)[] = [];
  private off = new Set<number>();
  private scale: Scale | null = null;

  constructor(
    private table: Table,
    private onChange: () => void,
  ) {
    this.shown = new Uint8Array(table.n).fill(1);
    for (const column of table.columns) {
      if (column.kind !== "category") continue;
      const counts = new Uint32Array(column.values?.length ?? 0);
      for (const cell of column.cells) counts[cell] += 1;
      const present = [...counts.keys()].filter((code) => counts[code] > 0);
      if (present.length < 2) continue;
      const make = column.name === "name" ? this.typed(column, present, counts) : this.listed(column, present, counts);
      this.element.append(make);
    }
    const all = el("button", { type: "button", click: () => this.reset() }, "Show all");
    this.element.append(el("div", { class: "row" }, all, this.said));
    this.apply();
  }

  reset(): void {
    this.chosen.clear();
    this.off.clear();
    for (const reset of this.resets) reset();
    this.changed();
  }

  /** Take another colouring; what was switched off in the legend of the last one is shown again. */
  colour(scale: Scale): void {
    this.off.clear();
    this.scale = scale;
    this.changed();
  }

  set(column: Column, codes: Set<number> | null): void {
    if (codes) this.chosen.set(column, codes);
    else this.chosen.delete(column);
    this.changed();
  }

  private changed(): void {
    this.apply();
    const toggle = (place: number) => {
      if (!this.off.delete(place)) this.off.add(place);
      this.changed();
      (this.legend.querySelectorAll("button")[place] as HTMLElement | undefined)?.focus();
    };
    if (this.scale) fill(this.legend, legend(this.scale, this.off, toggle));
    this.onChange();
  }

  private apply(): void {
    this.shown.fill(1);
    for (const [column, codes] of this.chosen) {
      for (let row = 0; row < this.table.n; row += 1) if (!codes.has(column.cells[row])) this.shown[row] = 0;
    }
    if (this.scale && this.off.size) {
      for (let row = 0; row < this.table.n; row += 1) if (this.off.has(this.scale.itemOf(row))) this.shown[row] = 0;
    }
    const total = this.shown.reduce((sum, one) => sum + one, 0);
    this.said.textContent = total === this.table.n ? `${count(total, "entry", "entries")}` : `${total.toLocaleString("en")} of ${count(this.table.n, "entry", "entries")}`;
  }

  private listed(column: Column, present: number[], counts: Uint32Array): HTMLElement {
    const values = column.values ?? [];
    const numeric = present.every((code) => /^\d*$/.test(values[code]));
    present.sort((a, b) => (numeric ? Number(values[a]) - Number(values[b]) : counts[b] - counts[a]));
    const select = el("select", { "data-filter": column.name, change: () => this.set(column, select.value === "" ? null : new Set([Number(select.value)])) },
      el("option", { value: "" }, "any"),
      ...present.slice(0, 500).map((code) => el("option", { value: code }, `${short(values[code] || "none", 40)} (${counts[code].toLocaleString("en")})`)));
    this.resets.push(() => (select.value = ""));
    return el("label", {}, el("span", {}, column.title), select);
  }

  private typed(column: Column, present: number[], counts: Uint32Array): HTMLElement {
    const values = column.values ?? [];
    const list = el("datalist", { id: `values-of-${column.name}` },
      ...present.filter((code) => values[code]).sort((a, b) => counts[b] - counts[a]).slice(0, 1000).map((code) => el("option", { value: values[code] })));
    const input = el("input", {
      type: "text", list: list.id, placeholder: "any, such as sod", autocomplete: "off", spellcheck: "false", "data-filter": column.name,
      input: () => {
        const asked = input.value.trim().toLowerCase();
        const means = (name: string) => name.toLowerCase() === asked || name.toLowerCase().split(", ").includes(asked);
        // A name that is there is meant as it stands; else all that begin so.
        let codes = present.filter((code) => means(values[code]));
        if (!codes.length) codes = present.filter((code) => values[code].toLowerCase().split(", ").some((name) => name.startsWith(asked)));
        this.set(column, asked ? new Set(codes) : null);
      },
    });
    this.resets.push(() => (input.value = ""));
    return el("label", {}, el("span", {}, column.title), input, list);
  }
}
