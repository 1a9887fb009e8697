// Searching by label, name of the net, formula or id in the source.

import { data, el, fill } from "./dom";
import type { Column, Table } from "./table";

const MOST = 50;

/** Rows whose label, net, id or formula is, begins with, or holds a text; the closest first. */
export function matches(table: Table, text: string): { rows: number[]; total: number } {
  const asked = text.trim().toLowerCase();
  if (!asked) return { rows: [], total: 0 };
  const names = table.column("name");
  const ranks: number[][] = [[], [], [], []];
  const nameRank = (names.values ?? []).map((value) => {
    const parts = value.toLowerCase().split(", ");
    if (parts.includes(asked)) return 1;
    return parts.some((part) => part.startsWith(asked)) ? 2 : 4;
  });
  for (let row = 0; row < table.n; row += 1) {
    const label = (table.labels[row] ?? "").toLowerCase();
    let rank = nameRank[names.cells[row]];
    if (label === asked) rank = 0;
    else if (rank > 2 && (label.startsWith(asked) || (table.ids[row] ?? "").toLowerCase().startsWith(asked))) rank = 2;
    else if (rank > 3 && (label.includes(asked) || (table.formulas[row] ?? "").toLowerCase().includes(asked))) rank = 3;
    if (rank < 4) ranks[rank].push(row);
  }
  const all = ranks.flat();
  return { rows: all.slice(0, MOST), total: all.length };
}

export class Search {
  readonly input: HTMLInputElement;
  readonly element: HTMLElement;
  private list = el("ul", { id: "found", role: "listbox", "aria-label": "Entries found" });
  private said = el("p", { class: "said", role: "status" });
  private rows: number[] = [];
  private at = -1;

  constructor(
    private table: Table,
    private go: (row: number) => void,
  ) {
    this.input = el("input", {
      type: "search", placeholder: "Search: label, net, formula", "aria-label": "Search by label, net, id or formula",
      role: "combobox", "aria-controls": "found", "aria-expanded": "false", autocomplete: "off", spellcheck: "false",
      input: () => this.find(), keydown: (event: KeyboardEvent) => this.key(event),
    });
    this.element = el("div", { class: "search" }, this.input, this.list, this.said);
  }

  find(): void {
    const { rows, total } = matches(this.table, this.input.value);
    this.rows = rows;
    this.at = -1;
    const names: Column = this.table.column("name");
    fill(this.list, ...rows.map((row, place) => {
      const name = this.table.text(names, row);
      return el("li", { role: "option", id: `found-${place}`, "aria-selected": "false", click: () => this.choose(place) },
        data(this.table.labels[row], 60), name ? el("span", { class: "count" }, data(name, 24)) : "");
    }));
    this.input.setAttribute("aria-expanded", String(rows.length > 0));
    const asked = this.input.value.trim() !== "";
    this.said.textContent = !asked ? "" : total > rows.length ? `${total.toLocaleString("en")} found, the closest ${rows.length} shown` : total ? `${total} found` : "Nothing found";
  }

  clear(): void {
    this.input.value = "";
    this.find();
  }

  private choose(place: number): void {
    const row = this.rows[place];
    if (row === undefined) return;
    this.clear();
    this.go(row);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.at = Math.min(Math.max(this.at + step, 0), this.rows.length - 1);
      [...this.list.children].forEach((item, place) => {
        item.setAttribute("aria-selected", String(place === this.at));
        if (place === this.at) item.scrollIntoView({ block: "nearest" });
      });
      if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `found-${this.at}`);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.choose(Math.max(this.at, 0));
    } else if (event.key === "Escape" && this.input.value) {
      event.stopPropagation();
      this.clear();
    }
  }
}
