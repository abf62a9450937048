// Builds shopops/static/vendor from the locked packages: styles, htmx, font, an icon sprite cut down
// to icons.json, and ECharts with only the chart kinds that the pages use (echarts.mjs). Beside each
// text lies its compressed form, which WhiteNoise sends to whoever takes it.
//
// Written beside the folder and then swapped in, so that a failed build leaves the old one whole.
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const assets = dirname(fileURLToPath(import.meta.url));
const root = join(assets, "..", "..");
const modules = join(root, "node_modules");
const vendor = join(root, "shopops", "static", "vendor");
const fresh = `${vendor}.new`;

const COPIES = {
  "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
};

async function icon(name) {
  const path = join(modules, "@tabler", "icons", "icons", "outline", `${name}.svg`);
  const svg = await readFile(path, "utf8").catch(() => null);
  if (svg === null) return null;
  const body = svg
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none"[^>]*>/, "") // an empty square that only sets the size
    .replace(/\s*\n\s*/g, "");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
    `stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`
  );
}

async function sprite() {
  const names = JSON.parse(await readFile(join(assets, "icons.json"), "utf8"));
  const symbols = await Promise.all(names.map(icon));
  const unknown = names.filter((_, place) => symbols[place] === null);
  if (unknown.length) throw new Error(`icons.json names icons that Tabler lacks: ${unknown.join(", ")}`);
  const twice = names.filter((name, place) => names.indexOf(name) !== place);
  if (twice.length) throw new Error(`icons.json names twice: ${twice.join(", ")}`);
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

// A source map is not shipped, and a manifest of static files refuses a reference to a missing one.
async function copy(name, source) {
  if (!/\.(css|js)$/.test(name)) return cp(join(modules, source), join(fresh, name));
  const text = await readFile(join(modules, source), "utf8");
  return writeFile(join(fresh, name), text.replace(/\n?\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/, "\n"));
}

async function compress(name) {
  await writeFile(join(fresh, `${name}.gz`), gzipSync(await readFile(join(fresh, name)), { level: 9 }));
}

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
try {
  await Promise.all(Object.entries(COPIES).map(([name, source]) => copy(name, source)));
  await writeFile(join(fresh, "icons.svg"), await sprite());
  await build({
    entryPoints: [join(assets, "echarts.mjs")],
    outfile: join(fresh, "echarts.min.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2020",
    legalComments: "linked",
    absWorkingDir: root,
    logLevel: "warning",
  });
  const texts = (await readdir(fresh)).filter((name) => /\.(css|js|svg)$/.test(name));
  await Promise.all(texts.map(compress));
  await rm(vendor, { recursive: true, force: true });
  await rename(fresh, vendor);
} catch (error) {
  await rm(fresh, { recursive: true, force: true });
  console.error(`shopops/assets/build.mjs: ${error.message}`);
  process.exitCode = 1;
}
