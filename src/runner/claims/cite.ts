/** The copy buttons of a claim page. */

import { Copying } from "./copying";
import { chatText, loadClaim, type Claim } from "./data";
import { make, makeButton } from "./dom";

/**
 * Puts the buttons first into a `.claim-cite[data-claim]`: on a phone they are in sight on arrival. The claim is fetched now and not at the press: a browser
 * may forbid a copy that comes later than its press. Without the claim the plain sentence stays alone.
 */
export async function dress(place: HTMLElement): Promise<void> {
  const id = place.dataset["claim"] ?? "";
  try {
    // The page is …/c/ID/, or a page in it.
    place.prepend(...buttons(await loadClaim(new URL(`../${id}/`, new URL(".", location.href)).href)));
    place.dataset["dressed"] = "ready";
  } catch {
    place.dataset["dressed"] = "plain";
  }
}

function buttons(claim: Claim): readonly HTMLElement[] {
  const line = make("div", "claim-actions");
  line.setAttribute("role", "group");
  line.setAttribute("aria-label", "Cite this claim");
  const copying = new Copying();
  const add = (words: string, text: () => string, what: string, primary = false): void => {
    const look = primary ? "claim-button claim-button--primary" : "claim-button";
    line.append(makeButton(words, look, () => void copying.copy(text(), what)));
  };
  add("Copy sentence with link", () => chatText(claim), "sentence with link", true);
  if ("share" in navigator) line.append(makeButton("Share", "claim-button", () => void share(claim)));
  add("Copy Markdown", () => claim.cite.markdown, "Markdown");
  add("Copy BibTeX", () => claim.cite.bibtex, "BibTeX");
  add("Copy JSON", () => `${JSON.stringify(claim, null, 2)}\n`, "JSON");
  return [line, ...copying.elements];
}

async function share(claim: Claim): Promise<void> {
  // The address is the text's last line already; given apart as well, some receivers would show it twice.
  await navigator.share({ text: chatText(claim) }).catch(() => undefined);
}
