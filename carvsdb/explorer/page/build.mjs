// Bundles src/ into ../built/: `npm ci --ignore-scripts && npm run build`; `npm run check` compares instead of writing.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const out = new URL("../built/", here);
const text = (name) => readFileSync(new URL(name, here), "utf8").replaceAll("\r\n", "\n");

// The sum of all that the bundle is made of; a test compares it with the sources, without building.
const sources = ["build.mjs", "package.json", "package-lock.json", "tsconfig.json"];
sources.push(...readdirSync(new URL("src/", here)).sort().map((name) => `src/${name}`));
const sum = createHash("sha256");
for (const name of sources) sum.update(`${name}\n${text(name)}\n`);
const stamp = `/* carvsdb explorer, made by page/build.mjs: change what is in page/ and run 'make page'; sources sha256 ${sum.digest("hex")} */\n`;

const options = { absWorkingDir: new URL(".", here).pathname, bundle: true, minify: true, write: false, charset: "ascii", legalComments: "none", target: "es2022" };
const script = await build({ ...options, entryPoints: ["src/main.ts"], format: "iife" });
const style = await build({ ...options, entryPoints: ["src/style.css"] });

const files = {
  "explorer.js": stamp + script.outputFiles[0].text,
  "explorer.css": stamp + style.outputFiles[0].text,
  "NOTICES.txt":
    "explorer.js holds code of others, under these licences.\n\n" +
    `three.js ${JSON.parse(text("node_modules/three/package.json")).version}, https://threejs.org\n\n` +
    text("node_modules/three/LICENSE").trimEnd() + "\n",
};
// Inside a page, these would end the element that holds them.
for (const [name, content] of Object.entries(files)) {
  if (/<\/(script|style)|<!--/i.test(content)) throw new Error(`${name} holds what ends an element`);
}

let differ = 0;
mkdirSync(out, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  if (process.argv.includes("--check")) {
    const same = readFileSync(new URL(name, out), "utf8") === content;
    differ += same ? 0 : 1;
    console.log(`${name}: ${same ? "as built" : "differs"}`);
  } else {
    writeFileSync(new URL(name, out), content);
    console.log(`${name}: ${Buffer.byteLength(content).toLocaleString("en")} bytes`);
  }
}
process.exit(differ ? 1 : 0);
