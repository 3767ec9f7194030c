/** What the search box says while engine and index are on their way: the theme would go on asking for words that are there. */

/** The theme's words, until the first answer. */
const IDLE = "Type to start searching";
const SEARCHING = "Searching …";
const STILL = "Still searching. Is there a connection?";

/** So long, and a reader may think that nothing happens any more. */
const PATIENCE_MS = 8_000;

let timer = 0;

/** After each key in the box. */
export function sayWhatIsAwaited({ target }: Event): void {
  if (!(target instanceof HTMLInputElement) || !target.matches(".md-search__input")) return;
  const line = document.querySelector(".md-search-result__meta");
  if (!line || ![IDLE, SEARCHING, STILL].includes(line.textContent ?? "")) return;
  clearTimeout(timer);
  const asked = target.value.trim() !== "";
  line.textContent = asked ? SEARCHING : IDLE;
  if (asked) timer = setTimeout(() => line.textContent === SEARCHING && (line.textContent = STILL), PATIENCE_MS);
}
