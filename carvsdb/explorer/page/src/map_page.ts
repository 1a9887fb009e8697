// The page of a map: how its parts are put together, and the keyboard.

import { bytes, json } from "./blocks";
import { scaleOf } from "./colours";
import { data, el, fill, short } from "./dom";
import { Filters } from "./filters";
import { MapView } from "./map_view";
import { Panel } from "./panel";
import { Search } from "./search";
import { Selection } from "./selection";
import { Table, type Column } from "./table";
import type { MapAbout } from "./types";

const KEYS: [string, string][] = [
  ["/", "search"], ["arrows", "go to the next point that way (on the map)"], ["Shift + arrows", "move the map"],
  ["+ −", "zoom"], ["0", "show the whole map"], ["Enter", "open the point"], ["Space", "put the point into the selection, or out of it"],
  ["l", "lasso on or off (or drag with Shift; with Ctrl adds)"], ["v", "select what is in view"], ["x", "clear the selection"],
  ["r", "light up the next ring size"], ["c", "compare: keep this entry beside the next"], ["Esc", "close"], ["?", "this help"],
];

export async function mapPage(about: MapAbout, app: HTMLElement): Promise<object> {
  const table = new Table(about, await bytes("map"));
  const canvas = el("canvas", { class: "points", tabindex: 0, role: "application", "aria-label": `Map of ${about.n} ${about.level === "nets" ? "nets" : "sorts of node"}. Arrow keys go from point to point, Enter opens one, question mark lists all keys.` });
  const overlay = el("canvas", { class: "overlay", "aria-hidden": "true" });
  const tip = el("div", { class: "tip", role: "status", hidden: true });
  const room = el("div", { class: "map" }, canvas, overlay, tip,
    el("span", { class: "axis across" }, about.axes[0]), el("span", { class: "axis up" }, about.axes[1]));

  const select = (rows: Iterable<number>, add = false) => selection.take(rows, add);
  const go = (row: number) => {
    view.focused = row;
    view.reveal(row);
    return panel.open(row);
  };
  const repaint = () => {
    view.show(scale, filters.shown, selection.rows);
    ring();
  };
  const ring = () => {
    const marked = [panel.pinned, panel.current].flatMap((card, place) => (card ? [{ row: card.row, colour: place ? "#C0392B" : "#1f2933", width: 2.5 }] : []));
    view.rings = { marked, lines: panel.current ? panel.lines : [] };
    view.draw();
    document.body.classList.toggle("open", panel.current !== null || panel.pinned !== null);
    document.body.classList.toggle("two", panel.pinned !== null);
  };

  const search = new Search(table, (row) => void go(row));
  // Columns with something to tell, categories first.
  const tells = (column: Column) => (column.kind === "number" ? column.cells.some((cell) => !Number.isNaN(cell)) : (column.values ?? []).length > 1);
  const order = ["kind", "coordination", "name", "interpenetration", "source", "status", "doubts", "clustering", "cluster", "mean_ring_size", "sigma", "density", "nodes"];
  const choices = table.columns.filter(tells).sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  if (!choices.length) choices.push(table.column("kind"));
  const colourBy = el("select", { id: "colour-by", change: () => recolour() }, ...choices.map((column) => el("option", { value: column.name }, column.title + (column.unit ? ` (${column.unit})` : ""))));
  const tool = (title: string, about: string, click: () => void) => el("button", { type: "button", title: about, click }, title);
  const lasso = tool("Lasso", "Draw round points to select them (l)", () => setLasso(!view.lassoing));
  const setLasso = (on: boolean) => {
    view.lassoing = on;
    lasso.setAttribute("aria-pressed", String(on));
    canvas.style.cursor = on ? "crosshair" : "grab";
  };
  const help = el("dialog", { class: "help", "aria-label": "Keys" }, el("h2", {}, "Keys"),
    el("dl", {}, ...KEYS.flatMap(([key, does]) => [el("dt", {}, key), el("dd", {}, does)])),
    el("form", { method: "dialog" }, el("button", {}, "Close")));
  const notes = el("details", { class: "notes" }, el("summary", {}, "About this map"), el("ul", {}, ...about.notes.map((note) => el("li", {}, data(note)))));
  let view: MapView;
  let scale = scaleOf(choices[0]);
  const filters = new Filters(table, () => view && repaint());
  const selection = new Selection(table, (row) => void go(row), () => repaint());
  const panel = new Panel(about, table, (row) => void go(row), (rows) => select(rows), () => view && ring());
  const recolour = () => {
    scale = scaleOf(table.column(colourBy.value));
    filters.colour(scale);
  };

  const controls = el("aside", { class: "controls", "aria-label": "Search, colours and filters" },
    search.element,
    el("div", { class: "row tools" }, lasso, tool("In view", "Select all points in view (v)", () => select(view.inView())), tool("Fit", "Show the whole map (0)", () => view.fit())),
    selection.element,
    el("section", {}, el("label", { class: "colour" }, el("span", {}, "Colour by"), colourBy), filters.legend),
    el("section", {}, el("h3", {}, "Show only"), filters.element), notes);
  fill(app,
    el("header", { class: "top" }, el("h1", {}, data(about.title, 80)), el("span", { class: "made" }, about.made_by), tool("Keys ?", "All keys (?)", () => help.showModal())),
    el("main", { class: "work" }, controls, room, panel.element), help);

  view = new MapView(canvas, overlay, table.x, table.y);
  view.labelOf = (row) => short(table.labels[row] ?? "", 18);
  colourBy.value = choices[0].name;
  recolour();

  view.onHover = (row, x, y) => {
    tip.hidden = row < 0;
    if (row < 0) return;
    const together = view.grid.together(row, filters.shown).length;
    const name = table.text(table.column("name"), row);
    const column = scale.column;
    const value = table.text(column, row);
    fill(tip, el("b", {}, data(table.labels[row] ?? "…", 60)),
      name ? el("div", {}, "net ", data(name, 40)) : null,
      column.name === "name" || !value ? null : el("div", {}, `${column.title}: `, data(value, 40)),
      column.tips ? el("div", { class: "note" }, data(column.tips[column.cells[row]] ?? "", 200)) : null,
      together > 1 ? el("div", { class: "note" }, `and ${(together - 1).toLocaleString("en")} more at this place`) : null);
    const isRight = x > room.clientWidth / 2;
    tip.style.left = isRight ? "" : `${x + 14}px`;
    tip.style.right = isRight ? `${room.clientWidth - x + 14}px` : "";
    tip.style.top = `${Math.min(Math.max(y - 12, 4), room.clientHeight - 90)}px`;
  };
  view.onPick = (row) => void go(row);
  view.onLasso = (rows, add) => {
    select(rows, add);
    setLasso(false);
  };

  const move = (dx: number, dy: number, isPan: boolean) => {
    if (isPan) {
      view.pan(-60 * dx, 60 * dy);
      return;
    }
    const start = view.focused >= 0 && filters.shown[view.focused] ? view.focused : filters.shown.indexOf(1);
    if (start < 0) return;
    view.focused = view.focused === start ? view.grid.towards(start, dx, dy, filters.shown) : start;
    view.reveal(view.focused);
    const [x, y] = view.pixelOf(view.focused);
    view.onHover(view.focused, x, y);
  };
  const onMap: Record<string, (event: KeyboardEvent) => void> = {
    ArrowLeft: (event) => move(-1, 0, event.shiftKey), ArrowRight: (event) => move(1, 0, event.shiftKey),
    ArrowUp: (event) => move(0, 1, event.shiftKey), ArrowDown: (event) => move(0, -1, event.shiftKey),
    Enter: () => view.focused >= 0 && void go(view.focused), " ": () => view.focused >= 0 && selection.toggle(view.focused),
  };
  const anywhere: Record<string, () => void> = {
    "/": () => search.input.focus(), "+": () => view.zoom(1.3), "=": () => view.zoom(1.3), "-": () => view.zoom(1 / 1.3),
    "0": () => view.fit(), l: () => setLasso(!view.lassoing), v: () => select(view.inView()), x: () => select([]),
    r: () => void (panel.current ?? panel.pinned)?.net?.nextSize(),
    c: () => (panel.current ? panel.pin() : panel.unpin()), "?": () => help.showModal(),
    Escape: () => (view.lassoing ? setLasso(false) : panel.close()),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "checkbox" || event.target instanceof HTMLSelectElement;
    const isOnButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
    const does = event.target === canvas ? onMap[event.key] ?? anywhere[event.key] : anywhere[event.key];
    if (!does || (isTyping && event.key !== "Escape") || (isOnButton && (event.key === "Enter" || event.key === " "))) return;
    event.preventDefault();
    does(event);
  });

  // What is searched is read after the map is there.
  const ready = json<[string[], (string | null)[], (string | null)[]]>("labels").then(([labels, ids, formulas]) => {
    Object.assign(table, { labels, ids, formulas });
    if (search.input.value) search.find();
    view.draw();
  });
  await ready;
  return {
    rows: () => table.n,
    labels: () => table.labels,
    pixelOf: (row: number) => {
      const box = canvas.getBoundingClientRect();
      const [x, y] = view.pixelOf(row);
      return [box.left + x, box.top + y];
    },
    shown: () => filters.shown.reduce((sum, one) => sum + one, 0),
    selected: () => [...selection.rows],
    open: go,
    frame: () => view.frame(),
    movingFrame: () => view.frame(true),
    drawn: () => view.cloud.drawn,
    picture: () => view.picture(),
    net: () => panel.current?.net?.view?.picture() ?? null,
    light: async (size: number) => {
      const card = panel.current?.net;
      await card?.light(size);
      return card?.lit.length ?? null;
    },
  };
}
