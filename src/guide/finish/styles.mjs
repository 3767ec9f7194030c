/**
 * One stylesheet of what is used: `node styles.mjs REQUEST`, where REQUEST is JSON: {"sheets": [CSS files, in order], "words": FILE, "out": FILE}.
 *
 * `words` has every class, id, attribute, value and tag of the pages and every word of the scripts; a rule whose selector names something else goes.
 */

import { transform } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { PurgeCSS } from "purgecss";

const { sheets, words, out } = JSON.parse(process.argv[2]);
const css = (await Promise.all(sheets.map((sheet) => readFile(sheet, "utf8")))).join("\n");
const [{ css: used }] = await new PurgeCSS().purge({
  content: [{ raw: await readFile(words, "utf8"), extension: "txt" }],
  css: [{ raw: css }],
  extractors: [{ extensions: ["txt"], extractor: (content) => content.split("\n") }],
  keyframes: true,
  variables: false, // they are used across sheets, and by pictures and scripts
});
const { code } = await transform(used, { loader: "css", minify: true, legalComments: "none" });
await writeFile(out, code);
