/**
 * What every page loads for its claims: it sees what the reader means, and fetches the rest only then.
 *
 * Everything listens on the document, because navigation.instant exchanges the content of a page without a reload.
 * Where anything fails, a marker stays what it is in the HTML: a link to the claim's page.
 */

import { arrive, setOut } from "../search/arriving";
import { sayWhatIsAwaited } from "../search/waiting";
import { loadClaim } from "./data";
import { dressLanguages } from "./languages";
import { copyProseAlone } from "./sentences";

declare global {
  interface Window {
    /** The theme's: a value each time that it has exchanged the page. */
    document$?: { subscribe(then: () => void): void };
  }
}

type How = "hover" | "focus" | "tap";
type Popover = typeof import("./popover");

const HOVER_MS = 160;
/** Long enough to cross the gap between marker and popover. */
const LEAVE_MS = 260;

let popover: Popover | undefined;
/** The marker whose popover is open or on its way. */
let wanted: HTMLAnchorElement | undefined;
let wantedBy: How = "hover";
let timer = 0;
let lastPointer = "";
/** True while the focus comes back to a marker, or a click on one is passed on: neither is an intent. */
let quiet = false;

const markerOf = (target: EventTarget | null): HTMLAnchorElement | null =>
  target instanceof Element ? target.closest<HTMLAnchorElement>("a.claim[href]") : null;

/** Shows the popover of a marker. Resolves to false when that cannot be done. */
async function open(marker: HTMLAnchorElement, how: How): Promise<boolean> {
  clearTimeout(timer);
  if (wanted === marker && popover?.isOpenFor(marker)) return true;
  close();
  wanted = marker;
  wantedBy = how;
  try {
    const further = (marker.dataset["also"] ?? "").split(" ").filter(Boolean);
    const [module, claim, ...others] = await Promise.all([import("./popover"), loadClaim(marker.href), ...further.map(loadClaim)]);
    popover = module;
    if (wanted === marker && marker.isConnected) popover.show(marker, [claim, ...others], how);
    return true;
  } catch {
    if (wanted === marker) wanted = undefined;
    return false;
  }
}

function close(): void {
  clearTimeout(timer);
  wanted = undefined;
  popover?.hide();
}

/** Closes unless the reader is still there: with the pointer, with the focus, or because it was opened by a tap. */
function closeIfLeft(): void {
  if (!wanted) return;
  if (!popover?.isOpenFor(wanted)) {
    if (wantedBy !== "tap" && !wanted.matches(":hover, :focus-visible")) wanted = undefined;
  } else if (!popover.isHeld()) close();
}

function soon(action: () => void, delay: number): void {
  clearTimeout(timer);
  timer = setTimeout(action, delay);
}

function passOn(marker: HTMLAnchorElement): void {
  quiet = true;
  marker.click();
  quiet = false;
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const marker = markerOf(event.target);
  if (marker && !popover?.isOpenFor(marker)) soon(() => void open(marker, "hover"), HOVER_MS);
  else if (marker || popover?.holds(event.target)) clearTimeout(timer);
  else if (wanted || timer) soon(closeIfLeft, LEAVE_MS);
});

document.addEventListener("pointerdown", (event) => {
  lastPointer = event.pointerType;
  const marker = markerOf(event.target);
  if (wanted && marker !== wanted && !popover?.holds(event.target)) close();
}, true);

document.addEventListener("focusin", (event) => {
  const marker = markerOf(event.target);
  if (marker && !quiet && marker.matches(":focus-visible")) void open(marker, "focus");
});

document.addEventListener("copy", (event) => copyProseAlone(event));

document.addEventListener("input", sayWhatIsAwaited);

document.addEventListener("click", setOut, true);
window.document$?.subscribe(() => setTimeout(arrive));

document.addEventListener("focusout", () => soon(closeIfLeft, 0));

// In the capture phase: the first tap must not reach the builder's own navigation.
document.addEventListener("click", (event) => {
  const marker = markerOf(event.target);
  const tapped = event.detail > 0 && (lastPointer === "touch" || lastPointer === "pen");
  if (!marker || quiet || !tapped || popover?.isOpenFor(marker)) return;
  event.preventDefault();
  event.stopPropagation();
  if (wanted === marker) {
    // A second tap while the first still waits for the network.
    close();
    passOn(marker);
    return;
  }
  void open(marker, "tap").then((shown) => shown || passOn(marker));
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !wanted) return;
  const marker = wanted;
  const inside = popover?.holds(document.activeElement) ?? false;
  event.stopPropagation();
  close();
  quiet = true;
  if (inside) marker.focus({ preventScroll: true });
  quiet = false;
}, true);

/** A page without an example names the runner and does not load it. Its addresses are completed now, for the page's own changes with an exchange. */
const runner = document.querySelector<HTMLScriptElement>('script[type="later"]');
if (runner) {
  runner.src = runner.src;
  runner.dataset["manifest"] = new URL(runner.dataset["manifest"] ?? "", document.baseURI).href;
}

/** Dresses the parts of a claim page, of the index and of the page of choices when they are on the page; each only once. */
function dress(): void {
  if (wanted && !wanted.isConnected) close();
  if (runner && document.querySelector("run-snippet:not(:defined)")) import(runner.src).catch(() => undefined);
  dressLanguages();
  for (const place of document.querySelectorAll<HTMLElement>(".claim-cite:not([data-dressed])")) {
    place.dataset["dressed"] = "";
    void import("./cite").then((cite) => cite.dress(place));
  }
  for (const place of document.querySelectorAll<HTMLElement>(".claim-filter:not([data-dressed])")) {
    place.dataset["dressed"] = "";
    void import("./filter").then((filter) => filter.dress(place));
  }
  for (const lead of document.querySelectorAll<HTMLElement>(".citable-headings:not([data-dressed])")) {
    lead.dataset["dressed"] = "";
    void import("./sentences").then((sentences) => sentences.dressHeadings(lead));
  }
  for (const place of document.querySelectorAll<HTMLElement>(".swift[data-swift]:not([data-dressed])")) {
    place.dataset["dressed"] = "";
    void import("./swift").then((swift) => swift.dress(place));
  }
  for (const place of document.querySelectorAll<HTMLElement>("figure.picture:not([data-dressed])")) dressPicture(place);
  for (const place of document.querySelectorAll<HTMLElement>(".choosing:not([data-dressed])")) {
    place.dataset["dressed"] = "";
    void import("../choosing/choosing").then((choosing) => choosing.dress(place));
  }
  for (const place of document.querySelectorAll<HTMLElement>(".ways:not([data-dressed])")) {
    place.dataset["dressed"] = "";
    void import("../ways/ways").then((ways) => ways.dress(place));
  }
}

/** A button below a picture. What it does is fetched when somebody comes near it, so that a press finds it there. */
function dressPicture(place: HTMLElement): void {
  place.dataset["dressed"] = "";
  if (!place.querySelector("svg")) return;
  if (place.dataset["moments"]) dressMoments(place);
  const line = document.createElement("div");
  line.className = "picture-actions";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "claim-button";
  button.textContent = "Copy as picture";
  const load = (): Promise<typeof import("./pictures")> => import("./pictures");
  for (const near of ["pointerenter", "focus"]) button.addEventListener(near, () => void load(), { once: true });
  button.addEventListener("click", () => void load().then((pictures) => pictures.copy(place, line)));
  line.append(button);
  place.append(line);
}

/** The other moments of a picture come at the first sign of interest, and are shown by what follows. */
function dressMoments(place: HTMLElement): void {
  const failed = (): void => {
    for (const slider of place.querySelectorAll("input")) slider.value = slider.defaultValue; // of the picture that is there
    for (const words of place.querySelectorAll<HTMLElement>(".moments-words")) words.textContent = words.dataset["failed"]!;
  };
  for (const sign of ["pointerenter", "focusin", "input", "click"])
    place.addEventListener(sign, (event) => void import("./moments").then((moments) => moments.meet(place, event)).catch(failed));
}

dress();
new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
