// Builds shopops/static/vendor from the locked packages: styles, htmx, font, an icon sprite cut down
// to icons.json, and ECharts with only the chart kinds that the pages use.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const modules = join(root, "node_modules");
const out = join(root, "shopops", "static", "vendor");

async function icons() {
  const names = JSON.parse(await readFile(join(root, "shopops", "assets", "icons.json"), "utf8"));
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(join(modules, "@tabler", "icons", "icons", "outline", `${name}.svg`), "utf8");
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
  }));
  await writeFile(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

await mkdir(out, { recursive: true });
await copyFile(join(modules, "@tabler/core/dist/css/tabler.min.css"), join(out, "tabler.min.css"));
await copyFile(join(modules, "htmx.org/dist/htmx.min.js"), join(out, "htmx.min.js"));
await copyFile(join(modules, "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"), join(out, "inter-latin.woff2"));
await icons();
await build({
  entryPoints: [join(root, "shopops", "assets", "echarts.mjs")],
  outfile: join(out, "echarts.min.js"),
  bundle: true, minify: true, format: "iife", target: "es2020", legalComments: "linked",
});
