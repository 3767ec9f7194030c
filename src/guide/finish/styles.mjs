/**
 * One stylesheet: `node styles.mjs REQUEST`, where REQUEST is JSON:
 * {"theme": [CSS files], "own": [CSS files], "found": FILE, "out": FILE}.
 *
 * `found` has the elements of all pages, each as the parts of a selector that it meets, and every word that a script may add. A selector
 * of the theme goes when one of its elements is not found; what stands inside `:not()`, `:is()` and the like is not looked at. Properties
 * and animations that nobody names go too, and the rule for every element while colours change, for which all of a page is styled twice at
 * its start. Our own sheets stay whole.
 */

import { transform } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import postcss from "postcss";
import parse from "postcss-selector-parser";

const { theme, own, found, out } = JSON.parse(process.argv[2]);
const { elements, added } = JSON.parse(await readFile(found, "utf8"));
const later = new Set(added);
/** The elements that meet a part of a selector, by number. */
const meeting = new Map();
for (const [number, element] of elements.entries()) {
  for (const part of element.split(" ")) meeting.set(part, (meeting.get(part) ?? new Set()).add(number));
}

/** How `found` writes a part; nothing where it is met by a script's work, or says something about a state alone. */
function part(node) {
  if (node.type === "tag") return later.has(node.value) ? "" : node.value;
  if (node.type === "class") return later.has(node.value) ? "" : `.${node.value}`;
  if (node.type === "id") return `#${node.value}`;
  if (node.type !== "attribute") return "";
  if (node.attribute === "dir") return `[dir=${node.value}]`;
  return later.has(node.attribute) && !(node.operator === "=" && node.attribute.startsWith("data-md-color")) ? "" : node.operator === "=" ? `[${node.attribute}=${node.value}]` : `[${node.attribute}]`;
}

/** Whether one element of a page meets all these parts. */
function met(parts) {
  const [first, ...rest] = parts.map((one) => meeting.get(one) ?? new Set());
  return first === undefined || [...first].some((number) => rest.every((others) => others.has(number)));
}

function used(selector) {
  const compounds = [[]];
  for (const node of parse().astSync(selector).nodes[0].nodes) {
    if (node.type === "combinator") compounds.push([]);
    else compounds.at(-1).push(part(node));
  }
  return compounds.every((parts) => met(parts.filter(Boolean)));
}

/** Takes out what is declared and never used, until nothing is left of it. */
function tidy(sheet) {
  for (let text = "", before; (before = text) !== (text = sheet.toString()); ) {
    const named = new Set(text.match(/var\(\s*--[\w-]+/g)?.map((one) => one.replace(/^var\(\s*/, "")));
    sheet.walkDecls(/^--md-/, (one) => void (named.has(one.prop) || one.remove()));
    sheet.walkAtRules(/keyframes$/, (one) => void (new RegExp(`animation[^;}]*\\b${one.params}\\b`).test(text) || one.remove()));
    sheet.walkRules((rule) => void (rule.nodes.length || rule.remove()));
    sheet.walkAtRules((rule) => void (rule.nodes?.length !== 0 || rule.remove()));
  }
}

const read = async (sheets) => (await Promise.all(sheets.map((sheet) => readFile(sheet, "utf8")))).join("\n");
const root = postcss.parse(await read(theme));
root.walkRules((rule) => {
  if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
  rule.selectors = rule.selectors.filter((one) => !one.startsWith("[data-md-color-switching]") && used(one));
  if (rule.selector === "") rule.remove();
});
root.append(postcss.parse(await read(own)).nodes);
tidy(root);
const { code } = await transform(root.toString(), { loader: "css", minify: true, legalComments: "none" });
await writeFile(out, code);
