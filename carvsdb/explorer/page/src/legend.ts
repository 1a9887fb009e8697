// The legend: colours with markers, or a bar of colours.

import { viridis, type Scale } from "./colours";
import { data, el, svg } from "./dom";
import { number } from "./table";

const MARKERS = [
  "M8 2.5a5.5 5.5 0 1 0 .01 0z",
  "M8 1.5 14.5 8 8 14.5 1.5 8z",
  "M8 2.5 14 13H2z",
  "M3 3h10v10H3z",
  "M6 1.5h4V6h4.5v4H10v4.5H6V10H1.5V6H6z",
  "M8 13.5 2 3h12z",
  "M4 1.5 8 5.5 12 1.5 14.5 4 10.5 8 14.5 12 12 14.5 8 10.5 4 14.5 1.5 12 5.5 8 1.5 4z",
  "M8 4a4 4 0 1 0 .01 0z",
];

export function legend(scale: Scale, off: Set<number>, toggle: (place: number) => void): HTMLElement {
  return scale.range ? bar(scale, scale.range) : items(scale, off, toggle);
}

function items(scale: Scale, off: Set<number>, toggle: (place: number) => void): HTMLElement {
  const list = el("ul", {});
  scale.items.forEach((item, place) => {
    const glyph = svg("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" }, svg("path", { d: MARKERS[item.marker], fill: item.colour }));
    const isOn = !off.has(place);
    const button = el("button", { type: "button", "aria-pressed": String(isOn), title: [isOn ? "Hide these" : "Show these", scale.column.tips?.[item.codes.length === 1 ? item.codes[0] : -1]].filter(Boolean).join(": "), click: () => toggle(place) },
      glyph as unknown as HTMLElement, el("span", { class: "title" }, data(item.title, 40)), el("span", { class: "count" }, item.count.toLocaleString("en")));
    list.append(el("li", {}, button));
  });
  return list;
}

function bar(scale: Scale, [low, high]: [number, number]): HTMLElement {
  const stops = Array.from({ length: 17 }, (_, step) => {
    const [red, green, blue] = viridis(step / 16);
    return svg("stop", { offset: step / 16, "stop-color": `rgb(${red},${green},${blue})` });
  });
  const gradient = svg("linearGradient", { id: "bar-of-colours" }, ...stops);
  const drawing = svg("svg", { viewBox: "0 0 200 12", preserveAspectRatio: "none", class: "colourbar", "aria-hidden": "true" },
    svg("defs", {}, gradient), svg("rect", { x: 0, y: 0, width: 200, height: 12, fill: "url(#bar-of-colours)" }));
  const unit = scale.column.unit ? ` ${scale.column.unit}` : "";
  return el("div", {}, drawing as unknown as HTMLElement,
    el("div", { class: "ends" }, el("span", {}, `≤ ${number(low)}`), el("span", {}, number((low + high) / 2)), el("span", {}, `≥ ${number(high)}${unit}`)));
}
