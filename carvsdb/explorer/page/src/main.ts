// Where the page begins.

import { plainJson } from "./blocks";
import { el, fill } from "./dom";
import { mapPage } from "./map_page";
import { netPage } from "./net_page";
import type { MapAbout, NetAbout } from "./types";

declare global {
  interface Window {
    /** What scripts of the browser's console may ask the page. */
    carvsdb: Promise<object>;
  }
}

async function start(): Promise<object> {
  const app = document.getElementById("app") as HTMLElement;
  try {
    if (!("DecompressionStream" in window)) throw new Error("this browser is too old: its version should be of 2023 or later");
    const about = await plainJson<MapAbout | NetAbout>("about-page");
    const page = about.kind === "map" ? await mapPage(about, app) : await netPage(about, app);
    document.documentElement.dataset.ready = String(Math.round(performance.now()));
    return page;
  } catch (error) {
    fill(app, el("p", { class: "failed", role: "alert" }, `The page cannot be shown: ${error instanceof Error ? error.message : error}`));
    document.documentElement.dataset.failed = "true";
    throw error;
  }
}

window.carvsdb = start();
