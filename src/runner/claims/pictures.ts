/** "Copy as picture": an SVG of the page, or a card of the site, as a PNG for a slide. */

import { Copying } from "./copying";
import { make } from "./dom";

/** A slide shows it larger than a phone does. */
const SCALE = 2;
const WIDTH = 760;

const sayings = new WeakMap<HTMLElement, Copying>();

/** Copies the picture of a place; `line` is where its button stands. */
export async function copy(place: HTMLElement, line: HTMLElement): Promise<void> {
  const svg = place.querySelector("svg");
  if (!svg) return;
  let copying = sayings.get(line);
  if (!copying) {
    copying = new Copying();
    sayings.set(line, copying);
    line.append(...copying.elements);
  }
  const height = svg.getBoundingClientRect().height;
  await copyPicture(() => drawn(svg, height), `${svg.querySelector("title")?.textContent ?? "picture"}.png`, copying);
}

/** Copies an SVG that was made for this, with its own height and its colours written out. */
export async function copyDrawing(svg: SVGSVGElement, name: string, copying: Copying): Promise<void> {
  await copyPicture(() => drawn(svg, Number(svg.getAttribute("height"))), name, copying);
}

/** Copies a picture, or saves it where the browser cannot copy pictures. The file is promised at the press, as Safari demands. */
async function copyPicture(make_png: () => Promise<Blob>, name: string, copying: Copying): Promise<void> {
  const png = make_png();
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    copying.say("Copied: picture", "done");
  } catch {
    try {
      save(await png, name);
      copying.say("Saved: this browser does not copy pictures.", "done");
    } catch {
      copying.say("The picture could not be made here.", "refused");
    }
  }
}

async function drawn(svg: SVGSVGElement, height: number): Promise<Blob> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("width", String(WIDTH));
  copy.setAttribute("height", String(height));
  const style = getComputedStyle(svg.isConnected ? svg : document.body);
  // An image knows nothing of the page: its colours are written out.
  const markup = new XMLSerializer()
    .serializeToString(copy)
    .replace(/var\((--as-[a-z]+),\s*([^)]+)\)/g, (_, property: string, otherwise: string) => style.getPropertyValue(property).trim() || otherwise);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`;
  await image.decode();
  const canvas = make("canvas");
  const margin = 24;
  canvas.width = (WIDTH + 2 * margin) * SCALE;
  canvas.height = (height + 2 * margin) * SCALE;
  const brush = canvas.getContext("2d");
  if (!brush) throw new Error("no canvas");
  brush.scale(SCALE, SCALE);
  brush.fillStyle = style.getPropertyValue("--as-paper").trim() || "#ffffff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(image, margin, margin, WIDTH, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((png) => (png ? resolve(png) : reject(new Error("no picture"))), "image/png");
  });
}

function save(png: Blob, name: string): void {
  const link = make("a");
  link.href = URL.createObjectURL(png);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
