/**
 * One stylesheet: `node styles.mjs REQUEST`, where REQUEST is JSON:
 * {"theme": [CSS files], "own": [CSS files], "words": FILE, "out": FILE}.
 *
 * `words` has every class, id, attribute, value and tag of the pages and every word of the scripts. A selector of the theme that names
 * something else goes; what stands inside `:not()`, `:is()` and the like is not looked at. Our own sheets stay whole.
 */

import { transform } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import postcss from "postcss";
import parse from "postcss-selector-parser";

const { theme, own, words, out } = JSON.parse(process.argv[2]);
const known = new Set((await readFile(words, "utf8")).split("\n"));

/** Whether a part of a selector can be met: the value of an attribute only where it is compared as a whole, and of data alone. */
function met(node) {
  if (node.type === "class" || node.type === "id" || node.type === "tag") return known.has(node.value);
  if (node.type === "attribute") return known.has(node.attribute) && (node.operator !== "=" || !node.attribute.startsWith("data-") || known.has(node.value));
  return true;
}

const used = (selector) => parse().astSync(selector).nodes[0].nodes.every(met);

const read = async (sheets) => (await Promise.all(sheets.map((sheet) => readFile(sheet, "utf8")))).join("\n");
const root = postcss.parse(await read(theme));
root.walkRules((rule) => {
  if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
  rule.selectors = rule.selectors.filter(used);
  if (rule.selector === "") rule.remove();
});
const { code } = await transform(`${root}\n${await read(own)}`, { loader: "css", minify: true, legalComments: "none" });
await writeFile(out, code);
