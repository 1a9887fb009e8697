// Elements. Whatever comes from data becomes text, never markup.

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | undefined | ((event: never) => void)>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

export function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child instanceof Node) element.appendChild(child);
    else if (typeof child === "string") element.appendChild(document.createTextNode(child));
  }
}

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

const LONGEST = 300;

/** Text of others, in a direction of its own; a very long one is cut and opens on demand. */
export function data(text: string, most = LONGEST): HTMLElement {
  const letters = Array.from(text.length > most ? text.slice(0, 2 * most) : text);
  if (letters.length <= most) return el("bdi", {}, text);
  const shown = el("bdi", {}, letters.slice(0, most).join("") + "…");
  const more = el("button", { type: "button", class: "link", click: () => ((shown.textContent = text), more.remove()) },
    `all ${text.length.toLocaleString("en")} characters`);
  return el("span", {}, shown, " ", more);
}

export function short(text: string, most = 60): string {
  const letters = Array.from(text.slice(0, 2 * most + 2));
  return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : text;
}

export function download(name: string, type: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = el("a", { href: url, download: name });
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, attributes: Record<string, string | number>, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  for (const child of children) element.appendChild(child);
  return element;
}
