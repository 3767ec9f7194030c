/** A button on a Swift file that copies it. */

import { copyText } from "../clipboard";
import { make, makeButton, makeStatus } from "./dom";

const SAID_FOR_MS = 2_000;

/** Dresses a `.swift`. The file is what is shown, to the last line. */
export function dress(panel: HTMLElement): void {
  const code = panel.querySelector("code");
  const file = `${panel.dataset["swift"] ?? "this file"}.swift`;
  if (!code) return;
  const status = makeStatus("claim-unseen");
  let timer = 0;
  const say = (words: string): void => {
    word.textContent = words;
    clearTimeout(timer);
    timer = setTimeout(() => (word.textContent = "Copy"), SAID_FOR_MS);
  };
  const button = makeButton("", "claim-button swift-copy", () => {
    void copyText(code.textContent).then((copied) => {
      say(copied ? "Copied" : "Select it and copy");
      status.textContent = copied ? `Copied: ${file}` : "This browser does not allow copying; select the code";
    });
  });
  const word = make("span", "", "Copy");
  button.append(word);
  button.setAttribute("aria-label", `Copy ${file}`);
  panel.append(button, status);
}
