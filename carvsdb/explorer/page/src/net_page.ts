// The page of a single net.

import { json } from "./blocks";
import { append, data, el } from "./dom";
import { NetCard } from "./net_card";
import type { NetAbout, Scene } from "./types";

export async function netPage(about: NetAbout, app: HTMLElement): Promise<object> {
  const net = await json<Scene>("net");
  const card = new NetCard(net, {}, about.title, 1, false);
  const list = el("dl", {});
  for (const [title, value] of about.facts) append(list, [el("dt", {}, data(title)), el("dd", {}, data(value))]);
  document.body.classList.add("single");
  append(app, [
    el("main", { class: "single" }, el("h1", {}, data(about.title, 120)), card.element, list, el("footer", {}, about.made_by)),
  ]);
  if (about.light) await card.light(about.light);
  return { light: (size: number) => card.light(size).then(() => card.lit.length), picture: () => card.view?.picture() };
}
