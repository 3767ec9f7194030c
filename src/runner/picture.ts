/**
 * Pictures from the worker: SVG markup, taken apart and built anew from what is allowed.
 *
 * The list is the SVG that our own drawings use. Whatever else is in the markup, the whole picture is refused
 * with a reason: a picture that misses a part would mislead.
 */

const SVG = "http://www.w3.org/2000/svg";
const XMLNS = "http://www.w3.org/2000/xmlns/";

const ELEMENTS = new Set(
  "svg g rect line path circle ellipse polygon polyline text tspan title desc defs pattern clipPath".split(" "),
);

const ATTRIBUTES = new Set(
  (
    "x y x1 y1 x2 y2 cx cy r rx ry dx dy width height d points transform viewBox preserveAspectRatio id " +
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset " +
    "stroke-linecap stroke-linejoin stroke-miterlimit opacity color overflow visibility display " +
    "vector-effect paint-order shape-rendering text-rendering pathLength rotate textLength lengthAdjust " +
    "font-family font-size font-weight font-style font-variant font-variant-numeric letter-spacing " +
    "text-anchor dominant-baseline alignment-baseline baseline-shift direction writing-mode " +
    "clip-path clip-rule patternUnits patternContentUnits patternTransform clipPathUnits " +
    "role aria-label aria-labelledby aria-describedby aria-hidden lang"
  ).split(" "),
);

/** Attributes that name ids. */
const ID_LISTS = new Set(["aria-labelledby", "aria-describedby"]);

/** Why a picture was refused, as the end of a sentence. */
export class PictureError extends Error {}

let pictures = 0;

/** Builds the picture. Throws a `PictureError` when the markup is not SVG or holds anything that is not allowed. */
export function readPicture(markup: string): SVGElement {
  if (markup.includes("<!")) throw new PictureError("it has a document type, a comment or a CDATA section.");
  const root = new DOMParser().parseFromString(markup, "image/svg+xml").documentElement;
  if (root.namespaceURI !== SVG || root.localName !== "svg" || root.querySelector("parsererror")) {
    throw new PictureError("it is not well-formed SVG.");
  }
  pictures += 1;
  return copy(root, `picture-${pictures}-`);
}

function copy(from: Element, prefix: string): SVGElement {
  if (from.namespaceURI !== SVG || !ELEMENTS.has(from.localName)) {
    throw new PictureError(`the element ${from.nodeName} is not allowed in it.`);
  }
  const to = document.createElementNS(SVG, from.localName);
  for (const { name, namespaceURI, value } of from.attributes) {
    if (namespaceURI === XMLNS) continue;
    if (namespaceURI !== null || !ATTRIBUTES.has(name)) {
      throw new PictureError(`the attribute ${name} is not allowed in it.`);
    }
    to.setAttribute(name, localIds(name, value, prefix));
  }
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) to.append(child.nodeValue ?? "");
    else if (child.nodeType === Node.ELEMENT_NODE) to.append(copy(child as Element, prefix));
    else throw new PictureError("it holds something else than elements and text.");
  }
  return to;
}

/** Puts the picture's own prefix before each id: two pictures in a page may use the same ones. */
function localIds(name: string, value: string, prefix: string): string {
  if (name === "id") return prefix + value;
  if (name === "aria-label" || name === "lang") return value;
  if (ID_LISTS.has(name)) {
    return value
      .split(/\s+/)
      .map((id) => prefix + id)
      .join(" ");
  }
  const local = value.replace(/url\(\s*#([\w.-]+)\s*\)/g, `local($1)`);
  if (/(url|src|image|image-set)\s*\(|\\/i.test(local)) throw new PictureError(`the attribute ${name} refers to something outside.`);
  return local.replace(/local\(([\w.-]+)\)/g, `url(#${prefix}$1)`);
}
