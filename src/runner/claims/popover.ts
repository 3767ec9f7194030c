/** The one popover of the page: what is known about the sentence before a marker, and its link to take along. */

import { Copying } from "./copying";
import { chatText, day, type Claim, type Source } from "./data";
import { make, makeButton, makeLink, makeStatus, statementNodes } from "./dom";
import { sentenceBefore } from "./sentences";

const MARGIN = 12;
const GAP = 8;
const NO_BREAK = "\u00a0";
/** A live region that has only now become visible is not read out; one that changes a moment later is. */
const ANNOUNCE_MS = 80;

const inTopLayer = "showPopover" in HTMLElement.prototype;

const box = make("div", "claim-popover");
const copying = new Copying(() => place());
const announcer = makeStatus("claim-unseen");
let marker: HTMLAnchorElement | undefined;
let openedBy = "";
let announcing = 0;

box.id = "claim-popover";
box.tabIndex = -1;
box.setAttribute("role", "dialog");
box.setAttribute("aria-labelledby", "claim-popover-statement");
if (inTopLayer) box.popover = "manual";
else box.hidden = true;
document.body.append(announcer);

/** Whether the popover of this marker is open. */
export function isOpenFor(candidate: HTMLAnchorElement): boolean {
  return marker === candidate;
}

/** Whether something is part of the popover. */
export function holds(target: EventTarget | null): boolean {
  return marker !== undefined && target instanceof Node && box.contains(target);
}

/** Whether the reader is with it: it was tapped open, or pointer or focus are on it or on its marker. */
export function isHeld(): boolean {
  if (!marker) return false;
  const focused = box.querySelector(":focus-visible, textarea:focus") !== null;
  const tapped = openedBy === "tap" && (box.contains(document.activeElement) || document.activeElement === document.body);
  return tapped || focused || box.matches(":hover") || marker.matches(":hover, :focus-visible");
}

/** Opens beside a marker. It stands right behind the marker in the document, so Tab and screen readers find it next. */
export function show(beside: HTMLAnchorElement, [claim, ...others]: readonly [Claim, ...Claim[]], how: string): void {
  hide();
  marker = beside;
  openedBy = how;
  copying.reset();
  box.dataset["evidence"] = claim.evidence;
  box.dataset["status"] = claim.status;
  box.replaceChildren(...content(claim, others, beside.href));
  beside.after(box);
  beside.setAttribute("aria-haspopup", "dialog");
  beside.setAttribute("aria-expanded", "true");
  beside.setAttribute("aria-controls", box.id);
  if (inTopLayer) box.showPopover();
  else box.hidden = false;
  place();
  addEventListener("scroll", follow, { capture: true, passive: true });
  addEventListener("resize", follow);
  if (how === "tap") box.focus({ preventScroll: true });
  if (how === "focus") announce(claim);
}

/** Closes. The focus is the caller's business. */
export function hide(): void {
  if (!marker) return;
  const beside = marker;
  marker = undefined;
  clearTimeout(announcing);
  beside.setAttribute("aria-expanded", "false");
  beside.removeAttribute("aria-controls");
  removeEventListener("scroll", follow, { capture: true });
  removeEventListener("resize", follow);
  if (!inTopLayer) box.hidden = true;
  // Out of the document: prose that is selected or searched has nothing foreign in it.
  box.remove();
}

function announce(claim: Claim): void {
  announcer.textContent = "";
  const parts = [claim.said.first, claim.statement, `${claim.badge}.`, claim.said.versions, "Tab for its source and to copy it."];
  announcing = setTimeout(() => {
    announcer.textContent = parts.filter(Boolean).join(" ");
  }, ANNOUNCE_MS);
}

function follow(event: Event): void {
  if (event.target instanceof Node && box.contains(event.target)) return;
  place();
}

/** Puts the popover below its marker, or above where there is more room, and inside the window. */
function place(): void {
  if (!marker) return;
  const { clientWidth, clientHeight } = document.documentElement;
  const anchor = marker.getBoundingClientRect();
  box.style.maxHeight = "";
  const { width, height } = box.getBoundingClientRect();
  const below = clientHeight - anchor.bottom - GAP - MARGIN;
  const above = anchor.top - GAP - MARGIN;
  const under = height <= below || below >= above;
  const room = Math.max(under ? below : above, 0);
  box.style.maxHeight = `${Math.max(room, 120)}px`;
  const top = under ? anchor.bottom + GAP : anchor.top - GAP - Math.min(height, room);
  const left = Math.min(anchor.left - MARGIN, clientWidth - width - MARGIN);
  box.style.top = `${Math.round(Math.max(top, MARGIN))}px`;
  box.style.left = `${Math.round(Math.max(left, MARGIN))}px`;
  box.dataset["side"] = under ? "below" : "above";
  box.toggleAttribute("data-long", height > room);
}

function content(claim: Claim, others: readonly Claim[], page: string): HTMLElement[] {
  const body = make("div", "claim-popover-body");
  const statement = make("p", "claim-popover-statement");
  statement.id = "claim-popover-statement";
  statement.append(...statementNodes(claim.statement));
  body.append(head(claim), ...warning(claim), statement, ...instead(claim), ...basis(claim), ...also(others));
  const foot = make("div", "claim-popover-foot");
  foot.append(actions(claim, page), ...copying.elements);
  return [body, foot];
}

function head(claim: Claim): HTMLElement {
  const line = make("p", "claim-popover-head");
  line.append(make("span", `claim-badge claim-${claim.evidence}`, claim.badge));
  const versions = claim.said.versions;
  if (versions) line.append(make("span", "claim-popover-versions", versions));
  return line;
}

function warning(claim: Claim): HTMLElement[] {
  const words = claim.said.first;
  return words ? [make("p", "claim-popover-warning", words)] : [];
}

function instead(claim: Claim): HTMLElement[] {
  const answer = claim.said.answer;
  if (!answer) return [];
  const line = make("p", "claim-popover-instead");
  line.append(make("strong", "", "What is so instead:"), ` ${answer}`);
  return [line];
}

/** What the claim rests on: its first source, or that it has none. For what is refuted, the first that speaks against it. */
function basis(claim: Claim): HTMLElement[] {
  const against = claim.status === "refuted";
  const source = claim.sources.find(({ supports }) => (supports === "contradicts") === against) ?? claim.sources[0];
  const facts: string[] = [];
  const parts: HTMLElement[] = [];
  if (source) {
    if (source.quote) parts.push(make("p", "claim-popover-quote", `“${source.quote}”`));
    parts.push(sourceTitle(source));
    facts.push(`${source.publisher}, read on ${day(source.retrieved)}`);
  }
  const rest = claim.sources.length - 1;
  if (rest > 0) facts.push(`+${counted(rest, "more source")}`.replaceAll(" ", NO_BREAK));
  if (claim.derived_from.length > 0) facts.push(`Follows from ${counted(claim.derived_from.length, "other claim")}`);
  if (facts.length === 0) facts.push("No source: nobody documents this.");
  parts.push(make("p", "claim-popover-facts", facts.join(" · ")));
  return parts;
}

/** The further claims of the same sentence, each with how well it is known. */
function also(others: readonly Claim[]): HTMLElement[] {
  if (others.length === 0) return [];
  const list = make("ul", "claim-popover-also");
  for (const claim of others) {
    const item = make("li");
    const link = makeLink(claim.url, "");
    link.append(...statementNodes(claim.said.warning ? `${claim.said.warning}: ${claim.statement}` : claim.statement));
    item.append(make("span", `claim-badge claim-${claim.evidence}`, claim.badge), " ", link);
    list.append(item);
  }
  return [make("p", "claim-popover-facts", "The sentence also rests on:"), list];
}

function sourceTitle(source: Source): HTMLElement {
  const line = make("p", "claim-popover-source");
  const stance = source.supports === "contradicts" ? "Against it: " : source.supports === "partly" ? "In part: " : "";
  line.append(stance, makeLink(source.url, source.title));
  return line;
}

function actions(claim: Claim, page: string): HTMLElement {
  const line = make("div", "claim-popover-actions");
  line.append(
    makeButton("Copy sentence with link", "claim-button claim-button--primary", () => {
      const read = marker ? sentenceBefore(marker) : "";
      void copying.copy(chatText(claim, read), "sentence with link");
    }),
    makeLink(page, "More", "claim-button"),
  );
  return line;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
