/** The buttons of one snippet. Those that come and go stand left of the others, so that nothing moves. */

import { icon, type IconName } from "./icons";

export type Action = "stop" | "reset" | "copy" | "edit" | "run";

const WORDS: Readonly<Record<Action, string>> = {
  stop: "Stop",
  reset: "Reset",
  copy: "Copy",
  edit: "Edit",
  run: "Run",
};

const COPIED_FOR_MS = 2_000;

export class Bar {
  readonly element = document.createElement("div");
  private readonly buttons: Readonly<Record<Action, HTMLButtonElement>>;
  /** Below the bar, where the output cannot be seen: what happens, and the way to the output. */
  readonly result = document.createElement("div");
  private readonly state = document.createElement("span");
  private readonly outcome = document.createElement("span");
  private readonly way = document.createElement("button");
  private copiedTimer = 0;

  /** `file` is part of each button's name: a page has several snippets. */
  constructor(
    private readonly file: string,
    act: (action: Action) => void,
  ) {
    this.element.className = "snippet-actions";
    const make = (action: Action): HTMLButtonElement => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `snippet-button snippet-button--${action}`;
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled") !== "true") act(action);
      });
      this.element.append(button);
      return button;
    };
    this.buttons = {
      stop: make("stop"),
      reset: make("reset"),
      copy: make("copy"),
      edit: make("edit"),
      run: make("run"),
    };
    for (const action of Object.keys(WORDS) as Action[]) this.dress(action, action, WORDS[action]);
    this.buttons.run.title = "Run (Ctrl+Enter or ⌘Enter)";
    this.buttons.run.setAttribute("aria-keyshortcuts", "Control+Enter Meta+Enter");
    this.show("stop", false);
    this.show("reset", false);
    this.result.className = "snippet-result";
    this.state.setAttribute("aria-hidden", "true"); // the output's own status says it
    this.way.type = "button";
    this.way.className = "snippet-button snippet-button--way";
    this.way.textContent = "Show the output";
    this.way.setAttribute("aria-label", `Show the output of ${file}`);
    this.result.append(this.state, this.outcome, this.way);
    this.begin(false);
  }

  /** What a press on the way to the output does. */
  whenAsked(reveal: () => void): void {
    this.way.addEventListener("click", reveal);
  }

  /** A run begins; `far` says that its output cannot be seen from here. */
  begin(far: boolean): void {
    this.result.hidden = !far;
    this.way.hidden = true;
    this.outcome.textContent = "";
  }

  /** The state of the run, for eyes that do not see the output. */
  tell(words: string): void {
    this.state.textContent = `${words}.`;
  }

  /** The run has ended, with this to say about its output. */
  ended(outcome: string): void {
    this.outcome.textContent = outcome;
    this.way.hidden = false;
  }

  /** Shows or hides a button. A hidden one that had the focus hands it to Run. */
  show(action: Action, visible: boolean): void {
    const button = this.buttons[action];
    const hadFocus = button === document.activeElement;
    button.hidden = !visible;
    if (hadFocus && !visible) this.buttons.run.focus({ preventScroll: true });
  }

  /** While a program runs, Run stays where it is, keeps the focus and does nothing. */
  busy(busy: boolean): void {
    this.buttons.run.setAttribute("aria-disabled", String(busy));
    this.show("stop", busy);
  }

  /** Says "Copied" in place of "Copy" for a moment. */
  copied(): void {
    this.dress("copy", "done", "Copied");
    clearTimeout(this.copiedTimer);
    this.copiedTimer = setTimeout(() => this.dress("copy", "copy", WORDS.copy), COPIED_FOR_MS);
  }

  private dress(action: Action, picture: IconName, words: string): void {
    const label = document.createElement("span");
    label.className = "snippet-word";
    label.textContent = words;
    this.buttons[action].replaceChildren(icon(picture), label);
    this.buttons[action].setAttribute("aria-label", `${words} ${this.file}`);
  }
}
