/** A picture of moments: the frames come when somebody comes near, and are shown by its slider, or one after the other. */

import { readPicture } from "../picture";

/** For each moment: long enough to read how far it is. */
const STEP_MS = 900;
/** After this time they are not waited for any more. */
const PATIENCE_MS = 8_000;

/** As guide/pages/moments.py writes them. */
interface Moment {
  readonly words: string;
  readonly said: string;
  readonly svg: string;
}

const kept = new Map<string, Promise<readonly Moment[]>>();
const timers = new WeakMap<HTMLElement, number>();

/** Does what this event at a picture asks for, when the frames are there. Rejects where they do not come; a failure is not kept. */
export async function meet(place: HTMLElement, event: Event): Promise<void> {
  const moments = await load(place.dataset["moments"] ?? "");
  const slider = place.querySelector("input");
  if (!slider) return;
  const target = event.target as Element;
  if (event.type === "input") {
    clearTimeout(timers.get(place));
    show(place, slider, moments, Number(slider.value), "off"); // the slider itself says where it is
  } else if (event.type === "click" && target.closest(".snippet-picture, .moments-way button")) {
    clearTimeout(timers.get(place));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still) show(place, slider, moments, (Number(slider.value) + 1) % moments.length, "polite");
    else play(place, slider, moments, 0);
  }
}

function play(place: HTMLElement, slider: HTMLInputElement, moments: readonly Moment[], at: number): void {
  const isLast = at === moments.length - 1;
  show(place, slider, moments, at, isLast ? "polite" : "off");
  if (!isLast) timers.set(place, setTimeout(() => place.isConnected && play(place, slider, moments, at + 1), STEP_MS));
}

/** `live` says whether the words are read out, and with them the picture's sentence. */
function show(place: HTMLElement, slider: HTMLInputElement, moments: readonly Moment[], at: number, live: "polite" | "off"): void {
  const moment = moments[at];
  const words = place.querySelector(".moments-words");
  if (!moment || !words) return;
  slider.value = String(at);
  slider.setAttribute("aria-valuetext", `${moment.words}: ${moment.said}`);
  words.setAttribute("aria-live", live);
  const said = document.createElement("span"); // not from dom.ts: what every page loads would come in one piece more
  said.className = "claim-unseen";
  said.textContent = live === "off" ? "" : `: ${moment.said}`;
  words.replaceChildren(moment.words, said);
  place.querySelector(".snippet-picture")?.replaceChildren(readPicture(moment.svg));
}

function load(file: string): Promise<readonly Moment[]> {
  let moments = kept.get(file);
  if (!moments) {
    moments = fetchMoments(new URL(`../assets/moments/${file}`, import.meta.url));
    kept.set(file, moments);
    moments.catch(() => kept.delete(file));
  }
  return moments;
}

async function fetchMoments(address: URL): Promise<readonly Moment[]> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(`${address.href}: ${answer.status}`);
  return (await answer.json()) as readonly Moment[];
}
