/**
 * The choice between Python and Swift, remembered: for all examples of a page, and for the next page.
 *
 * The buttons work without this; it only makes one choice count everywhere. Where the browser stores nothing, the
 * choice holds as long as the tab stays, for pages are exchanged without a reload.
 */

const KEY = "afterswipe.language";
const BUTTON = ".languages > input";

let chosen = stored();

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function store(value: string): void {
  chosen = value;
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // Private mode, or storage is switched off.
  }
}

/** Gives an example that has come onto the page the language that was chosen before. */
export function dressLanguages(): void {
  for (const frame of document.querySelectorAll<HTMLElement>(".languages:not([data-dressed])")) {
    frame.dataset["dressed"] = "";
    if (chosen) choose(frame, chosen);
  }
}

function choose(frame: HTMLElement, value: string): void {
  const button = [...frame.querySelectorAll<HTMLInputElement>(":scope > input")].find((one) => one.value === value);
  if (button) button.checked = true;
}

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.matches(BUTTON)) return;
  store(target.value);
  const before = target.getBoundingClientRect().top;
  for (const frame of document.querySelectorAll<HTMLElement>(".languages")) choose(frame, target.value);
  // The examples above have changed their height; what the reader pressed stays where it was.
  scrollBy({ top: target.getBoundingClientRect().top - before, behavior: "instant" });
});
