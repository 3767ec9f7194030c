/**
 * Bundle what runs in the page: `node src/runner/build.mjs OUTDIR`.
 *
 * Writes OUTDIR/runner.<hash>.js (runnable snippets), OUTDIR/claims.<hash>.js (citing), the chunks that they load
 * later, and OUTDIR/runner.json: {"entry": "runner.<hash>.js", "claims": "claims.<hash>.js", "search": "search.<hash>.js",
 * "files": [every file]}.
 */

import { build } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  platform: "browser",
  charset: "utf8",
  legalComments: "inline",
  loader: { ".py": "text" },
  // Pyodide's loader names these for Node and never asks for them in a browser.
  external: ["node:*", "ws"],
  logLevel: "warning",
};

/** `import code from "bundle:worker"` gives the bundled worker.ts as a string. */
const workerAsText = {
  name: "worker-as-text",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^bundle:/ }, ({ path }) => ({ path: join(here, `${path.slice(7)}.ts`), namespace: "bundle" }));
    onLoad({ filter: /.*/, namespace: "bundle" }, async ({ path }) => {
      const worker = await build({ ...common, entryPoints: [path], write: false });
      return { contents: worker.outputFiles[0].text, loader: "text" };
    });
  },
};

/** What a page's script elements name, by the name in runner.json. Bundled one by one: what both use is no request more. */
const entries = { entry: "runner.ts", claims: "claims/claims.ts" };

/** Removes what the last build wrote here, for its names had other hashes. */
async function clear(folder) {
  await mkdir(folder, { recursive: true });
  const written = await readFile(join(folder, "runner.json"), "utf8").catch(() => '{"files": []}');
  for (const name of JSON.parse(written).files) await rm(join(folder, basename(name)), { force: true });
}

/** The search worker is classic, for the theme starts it so; it loads the engine at the first key. */
async function search(folder, files) {
  const classic = { ...common, format: "iife", outdir: folder, entryNames: "[name].[hash]", metafile: true };
  const written = async (options) => {
    const { metafile } = await build({ ...classic, ...options });
    const [name] = Object.keys(metafile.outputs).map((path) => basename(path));
    files.add(name);
    return name;
  };
  const engine = await written({ entryPoints: { "search-engine": "search/load.ts" } });
  return written({ entryPoints: { search: "search/worker.ts" }, define: { ENGINE: JSON.stringify(engine) } });
}

async function main() {
  const [target] = process.argv.slice(2);
  if (!target) {
    console.error("Say where to: node src/runner/build.mjs OUTDIR");
    process.exit(2);
  }
  const folder = resolve(target);
  await clear(folder);
  const index = {};
  const files = new Set();
  for (const [name, source] of Object.entries(entries)) {
    const { metafile } = await build({
      ...common,
      entryPoints: [source],
      outdir: folder,
      splitting: true,
      metafile: true,
      entryNames: "[name].[hash]",
      chunkNames: "[name].[hash]",
      plugins: [workerAsText],
    });
    for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
      files.add(basename(path));
      if (entryPoint === source) index[name] = basename(path);
    }
  }
  index.search = await search(folder, files);
  const listing = { ...index, files: [...files].sort() };
  await writeFile(join(folder, "runner.json"), `${JSON.stringify(listing, null, 1)}\n`);
}

await main();
