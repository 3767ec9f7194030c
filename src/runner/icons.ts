/** The buttons' icons: 16 by 16, drawn with a line of 1.5, in the colour of the text. */

const PATHS = {
  run: "M5.25 3.6v8.8a.6.6 0 0 0 .92.5l6.7-4.4a.6.6 0 0 0 0-1l-6.7-4.4a.6.6 0 0 0-.92.5z",
  stop: "M4.6 3.6h6.8a1 1 0 0 1 1 1v6.8a1 1 0 0 1-1 1H4.6a1 1 0 0 1-1-1V4.6a1 1 0 0 1 1-1z",
  reset: "M3.2 3.1v3.1h3.1M3.5 6.1a5 5 0 1 1-.4 3.2",
  copy: "M6.9 5.7h5.2c.7 0 1.2.5 1.2 1.2v5.2c0 .7-.5 1.2-1.2 1.2H6.9c-.7 0-1.2-.5-1.2-1.2V6.9c0-.7.5-1.2 1.2-1.2zM3.6 10.3c-.5-.2-.9-.6-.9-1.2V3.9c0-.7.5-1.2 1.2-1.2h5.2c.6 0 1 .4 1.2.9",
  edit: "M10.9 3.2l1.9 1.9-7.1 7.1-2.5.6.6-2.5zM9.4 4.7l1.9 1.9",
  done: "M3.4 8.6l3 3 6.2-6.8",
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set(["run", "stop"]);
const SVG = "http://www.w3.org/2000/svg";

/** Draws an icon. It is hidden from screen readers: the button has its name in words. */
export function icon(name: IconName): SVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("class", FILLED.has(name) ? "snippet-icon snippet-icon--filled" : "snippet-icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}
