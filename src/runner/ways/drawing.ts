/** The table of ways as an SVG for a slide: the same words, the colours of the page. */

export interface Line {
  readonly title: string;
  /** Empty for the title of a group. */
  readonly answers: readonly { readonly is: string; readonly words: string }[];
}

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 760;
const NAME_WIDTH = 270;
const ROW = 26;
const GROUP = 34;
const GAP = 3;
const SIZE = 12;

/** An SVG with its own width and height, in pixels. */
export function draw(versions: readonly string[], lines: readonly Line[], from: string, page: CSSStyleDeclaration): SVGSVGElement {
  const colour = (name: string, otherwise: string): string => page.getPropertyValue(name).trim() || otherwise;
  const ink = colour("--as-ink", "#1b1f27");
  const muted = colour("--as-muted", "#5c6472");
  const panel = colour("--as-panel", "#f6f7f9");
  const dark = page.colorScheme.includes("dark") || document.body.dataset["mdColorScheme"] === "slate";
  const grounds: Readonly<Record<string, readonly [string, string]>> = dark
    ? { yes: ["#14392e", "#a9ead1"], depends: ["#3d3013", "#f5d68b"], no: [panel, muted] }
    : { yes: ["#d9efe5", "#0d4f3d"], depends: ["#fdf0cf", "#6b4700"], no: [panel, muted] };
  const svg = element("svg", { xmlns: SVG, "font-family": page.fontFamily || "sans-serif", "font-size": SIZE });
  const column = (WIDTH - NAME_WIDTH) / versions.length;
  const left = (index: number): number => NAME_WIDTH + index * column;
  let top = 0;
  versions.forEach((version, index) => svg.append(text(`iOS ${version}`, left(index) + column / 2, 16, muted, "middle", 600)));
  top += GROUP - 8;
  for (const line of lines) {
    if (!line.answers.length) {
      svg.append(text(line.title, 0, top + 22, ink, "start", 700));
      top += GROUP;
      continue;
    }
    svg.append(text(line.title, 0, top + 17, ink, "start", 400));
    line.answers.forEach(({ is, words }, index) => {
      const [ground, letters] = grounds[is] ?? [panel, ink];
      svg.append(
        element("rect", { x: left(index) + GAP / 2, y: top + GAP / 2, width: column - GAP, height: ROW - GAP, rx: 5, fill: ground }),
        ...inCell(words, left(index) + column / 2, top, letters),
      );
    });
    top += ROW;
  }
  svg.append(text(from, 0, top + 24, muted, "start", 400));
  svg.setAttribute("width", String(WIDTH));
  svg.setAttribute("height", String(top + 32));
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${top + 32}`);
  return svg;
}

function element<K extends keyof SVGElementTagNameMap>(name: K, attributes: Readonly<Record<string, string | number>>): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** The words of a cell; what stands in brackets, such as "26.1+", is a second and smaller line. */
function inCell(words: string, x: number, top: number, fill: string): SVGTextElement[] {
  const [, word = words, from = ""] = /^(\S+) \((.*)\)$/.exec(words) ?? [];
  if (!from) return [text(word, x, top + 17, fill, "middle", 600)];
  return [text(word, x, top + 13, fill, "middle", 600, 10), text(from, x, top + 22, fill, "middle", 500, 8)];
}

function text(words: string, x: number, y: number, fill: string, anchor: string, weight: number, size = SIZE): SVGTextElement {
  const made = element("text", { x, y, fill, "text-anchor": anchor, "font-weight": weight, "font-size": size });
  made.textContent = words;
  return made;
}
