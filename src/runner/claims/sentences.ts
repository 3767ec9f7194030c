/** The sentence that stands before a marker, and headings that can be sent: what is copied is what is read. */

import { Copying } from "./copying";
import { make, makeButton } from "./dom";

/** What belongs to the page and not to its prose. */
const NOT_PROSE = "a.claim, .claim-popover, .headerlink, .claim-cite, .cite-heading, .claim-unseen";
const BLOCKS = "p, li, td, th, dd, dt, h1, h2, h3, h4, blockquote, figcaption";

/**
 * The sentence that a marker documents: the one that ends at the marker, or, where the marker stands inside one, all of it. "" where the
 * marker stands in no prose.
 */
export function sentenceBefore(marker: Element): string {
  const block = marker.closest(BLOCKS);
  if (!block) return "";
  let text = "";
  let end = 0;
  const walk = (node: Node): void => {
    if (node === marker) end = text.trimEnd().length;
    else if (node instanceof Text) text += node.data;
    else if (node instanceof Element && !node.matches(NOT_PROSE)) {
      if (node !== block && node.matches("ul, ol, table")) return;
      node.childNodes.forEach(walk);
    }
  };
  block.childNodes.forEach(walk);
  for (const { from, to } of sentences(text)) {
    if (from < end && end <= to) return text.slice(from, to).replace(/\s+/g, " ").trim();
  }
  return "";
}

/** Where each sentence begins and ends. A full stop with no space behind it, as in "26.1", ends none. */
function sentences(text: string): { from: number; to: number }[] {
  if (typeof Intl !== "undefined" && "Segmenter" in Intl) {
    return [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)].map(({ index, segment }) => ({
      from: index,
      to: index + segment.trimEnd().length,
    }));
  }
  const found: { from: number; to: number }[] = [];
  for (const match of text.matchAll(/[^.!?]*(?:[.!?](?!\s|$)[^.!?]*)*[.!?]*["”’)]*\s*/g)) {
    if (match[0].trim()) found.push({ from: match.index, to: match.index + match[0].trimEnd().length });
  }
  return found;
}

/** A copied selection has the prose alone, without the words of the markers in it. */
export function copyProseAlone(event: ClipboardEvent): void {
  const selection = getSelection();
  const place = selection?.anchorNode instanceof Element ? selection.anchorNode : selection?.anchorNode?.parentElement;
  if (!selection || selection.isCollapsed || !event.clipboardData || !place?.closest(".md-typeset")) return;
  const copied = make("div");
  for (let number = 0; number < selection.rangeCount; number += 1) copied.append(selection.getRangeAt(number).cloneContents());
  const foreign = copied.querySelectorAll(NOT_PROSE);
  if (foreign.length === 0) return;
  const marks = [...foreign].map((element) => element.textContent).filter(Boolean);
  foreign.forEach((element) => element.remove());
  event.clipboardData.setData("text/html", copied.innerHTML);
  event.clipboardData.setData("text/plain", withoutMarks(selection.toString(), marks));
  event.preventDefault();
}

/** The text of a selection as the browser lays it out, less the words of its markers, each taken out once and in order. */
function withoutMarks(text: string, marks: readonly string[]): string {
  let from = 0;
  let left = text;
  for (const mark of marks) {
    const at = left.indexOf(mark, from);
    if (at < 0) continue;
    left = left.slice(0, at).replace(/\n$/, "") + left.slice(at + mark.length);
    from = at;
  }
  return left;
}

/**
 * Puts a button behind each heading that has an address: it copies the question, or the promise, with its link. Where its answer will stand
 * comes when somebody comes near it: a page has a hundred of them.
 */
export function dressHeadings(lead: HTMLElement): void {
  const article = lead.closest("article") ?? document.body;
  for (const heading of article.querySelectorAll<HTMLElement>("h3[id]")) {
    const line = make("span", "cite-heading");
    let copying: Copying | undefined;
    const ready = (): Copying => {
      if (!copying) line.append(...(copying = new Copying()).elements);
      return copying;
    };
    const text = (): string => `${words(heading)}\n${addressOf(heading)}`;
    const button = makeButton("Copy link", "claim-button cite-heading-button", () => void ready().copy(text(), "sentence with link"));
    for (const near of ["pointerenter", "focus"]) button.addEventListener(near, ready, { once: true });
    line.append(button);
    heading.append(line);
  }
}

function words(heading: HTMLElement): string {
  const own = heading.cloneNode(true) as HTMLElement;
  own.querySelectorAll(NOT_PROSE).forEach((element) => element.remove());
  return own.textContent.replace(/\s+/g, " ").trim();
}

/** Where the heading can be reached: a short page of its own, if the site has one, or its place on this page. */
function addressOf(heading: HTMLElement): string {
  const own = heading.dataset["address"];
  const page = new URL(location.href);
  page.search = "";
  page.hash = heading.id;
  return own ? new URL(own, page).href : page.href;
}
