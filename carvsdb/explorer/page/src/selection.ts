// What the lasso caught: a list of ids, and a CSV file.

import { data, download, el, fill } from "./dom";
import { count, type Table } from "./table";

const MOST = 200;

/** A cell of a CSV file that no spreadsheet takes for a formula. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csv(table: Table, rows: Iterable<number>): string {
  const header = ["label", "id_in_source", "formula", ...table.columns.map((one) => one.name), "x", "y"];
  const lines = [header.join(",")];
  for (const row of rows) {
    const cells = table.columns.map((column) => {
      const cell = column.cells[row];
      return column.kind === "category" ? csvCell(column.values?.[cell] ?? "") : Number.isNaN(cell) ? "" : String(Number(cell.toPrecision(7)));
    });
    const own = [table.labels[row], table.ids[row] ?? "", table.formulas[row] ?? ""];
    lines.push([...own.map(csvCell), ...cells, String(table.x[row]), String(table.y[row])].join(","));
  }
  return lines.join("\r\n") + "\r\n";
}

export class Selection {
  readonly rows = new Set<number>();
  readonly element = el("section", { class: "selection", "aria-label": "Selection" });

  constructor(
    private table: Table,
    private go: (row: number) => void,
    private onChange: () => void,
  ) {
    this.show();
  }

  take(rows: Iterable<number>, add = false): void {
    if (!add) this.rows.clear();
    for (const row of rows) this.rows.add(row);
    this.changed();
  }

  toggle(row: number): void {
    if (!this.rows.delete(row)) this.rows.add(row);
    this.changed();
  }

  private changed(): void {
    this.show();
    this.onChange();
  }

  private sorted(): number[] {
    return [...this.rows].sort((a, b) => a - b);
  }

  private show(): void {
    this.element.hidden = !this.rows.size;
    if (!this.rows.size) {
      fill(this.element);
      return;
    }
    const rows = this.sorted();
    const button = (title: string, click: () => void) => el("button", { type: "button", click }, title);
    const copied = button("Copy ids", () => void navigator.clipboard?.writeText(this.ids()).then(() => (copied.textContent = "Copied")));
    fill(this.element,
      el("h3", {}, `${count(rows.length, "entry", "entries")} selected`),
      el("div", { class: "row" },
        button("CSV", () => download("selection.csv", "text/csv", csv(this.table, this.sorted()))),
        button("Ids", () => download("selection.txt", "text/plain", this.ids())), copied,
        button("Clear", () => this.take([]))),
      el("ul", {}, ...rows.slice(0, MOST).map((row) => el("li", {}, el("button", { type: "button", class: "link", click: () => this.go(row) }, data(this.table.labels[row], 60))))),
      rows.length > MOST ? el("p", { class: "note" }, `and ${(rows.length - MOST).toLocaleString("en")} more, which the files hold`) : null);
  }

  private ids(): string {
    return this.sorted().map((row) => this.table.labels[row].replace(/[\r\n]+/g, " ") + "\n").join("");
  }
}
