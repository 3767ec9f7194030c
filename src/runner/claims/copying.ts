/** Copying with an answer: "Copied" in a status line, or the text selected where the browser refuses. */

import { copyText } from "../clipboard";
import { make, makeStatus } from "./dom";

const SAID_FOR_MS = 4_000;

/** A status line, and the place where a refused text is shown. One for each group of buttons. */
export class Copying {
  readonly status = makeStatus("claim-status");
  private readonly area = make("textarea", "claim-refused");
  private timer = 0;

  /** `changed` is called whenever the size of what is shown may have changed. */
  constructor(private readonly changed: () => void = () => undefined) {
    this.area.readOnly = true;
    this.area.hidden = true;
    this.area.rows = 3;
    this.area.setAttribute("aria-label", "Text to copy");
  }

  /** The elements, in order, to be put behind the buttons. */
  get elements(): readonly HTMLElement[] {
    return [this.status, this.area];
  }

  /** Copies, and says what was copied. */
  async copy(text: string, what: string): Promise<void> {
    const copied = await copyText(text);
    this.area.hidden = copied;
    if (copied) this.say(`Copied: ${what}`, "done");
    else this.refuse(text);
    this.changed();
  }

  /** Says something for a moment. */
  say(words: string, state: "done" | "refused"): void {
    this.status.textContent = words;
    this.status.dataset["state"] = state;
    clearTimeout(this.timer);
    if (state === "done") this.timer = setTimeout(() => this.reset(), SAID_FOR_MS);
  }

  /** As if nothing had been copied yet. */
  reset(): void {
    clearTimeout(this.timer);
    this.status.textContent = "";
    delete this.status.dataset["state"];
    this.area.hidden = true;
    this.changed();
  }

  private refuse(text: string): void {
    this.area.value = text;
    this.area.focus({ preventScroll: true });
    this.area.select();
    this.say("The browser does not allow copying. The text is selected: copy it from here.", "refused");
  }
}
