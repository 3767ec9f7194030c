/**
 * `<run-snippet name source>`: makes server-rendered code and its tested output runnable.
 *
 * Without JavaScript the element is what the server wrote. Here it gets buttons, an editor and the output of
 * runs; Python itself is the host's (see host.ts), which all snippets of the tab share.
 */

import { Bar, type Action } from "./bar";
import { copyText } from "./clipboard";
import { CodeArea } from "./code";
import type { Client, Ending, Run } from "./host";
import type { Outcome } from "./messages";
import { OutputPanel } from "./output";
import { SILENCE_MS } from "./patience";
import { python, warm, whyNot } from "./python";

interface Parts {
  readonly file: string;
  readonly bar: Bar;
  readonly code: CodeArea;
  readonly panel: OutputPanel;
}

const AGAIN = "No data came for a while: loading Python again";
const MORE = "Loading more of Python";

/** So long without moving, and a pointer rests. */
const REST_MS = 80;

export class RunSnippet extends HTMLElement {
  private parts: Parts | undefined;
  private run: Run | undefined;
  private busy = false;
  /** Counts the runs that were asked for: what an older one still has to say is not heard. */
  private asked = 0;

  connectedCallback(): void {
    // An element that is only moved keeps what it has.
    this.parts ??= this.setUp();
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (!this.isConnected) this.stop();
    });
  }

  private setUp(): Parts | undefined {
    const place = this.querySelector<HTMLElement>(".snippet-bar");
    const area = this.querySelector<HTMLElement>(".snippet-code");
    const pre = area?.querySelector<HTMLElement>("pre");
    const output = this.querySelector<HTMLElement>(".snippet-output");
    if (!place || !area || !pre || !output) return undefined;
    const file = this.getAttribute("source") ?? "snippet.py";
    const bar = new Bar(file, (action) => this.act(action));
    place.append(bar.element);
    place.after(bar.result);
    allowBreaks(place.querySelector(".snippet-file"));
    const code = new CodeArea(area, pre, file, {
      run: () => void this.start(),
      edit: (event) => void this.edit(event),
      changed: (source) => panel.codeIs(source),
    });
    const panel = new OutputPanel(output, file, code.source, (words) => bar.tell(words));
    bar.whenAsked(() => panel.reveal());
    for (const type of ["pointerenter", "pointerdown", "focusin", "touchstart"]) {
      bar.element.addEventListener(type, warm, { passive: true });
      if (type !== "pointerenter") area.addEventListener(type, warm, { passive: true });
    }
    warmAtRest(area);
    const lacking = whyNot();
    if (lacking) {
      bar.show("run", false);
      bar.show("edit", false);
      panel.tell(`This browser cannot run Python: it has no ${lacking}. What you see is the tested output.`);
    }
    return { file, bar, code, panel };
  }

  private act(action: Action): void {
    if (action === "run") void this.start();
    else if (action === "stop") this.stop();
    else if (action === "reset") this.reset();
    else if (action === "copy") void this.copy();
    else void this.edit();
  }

  private async start(): Promise<void> {
    const { parts } = this;
    if (!parts || this.busy || whyNot()) return;
    const asked = ++this.asked;
    const { source } = parts.code;
    const changed = !parts.code.isOriginal;
    this.setBusy(true);
    parts.code.mark(0);
    parts.panel.begin(changed ? "Output of your version" : "Output of this run", source);
    parts.bar.begin(!parts.panel.isInView);
    parts.panel.say("Loading Python");
    const again = setTimeout(() => asked === this.asked && parts.panel.say(AGAIN), SILENCE_MS);
    try {
      const host = await python().finally(() => clearTimeout(again));
      if (asked !== this.asked) return;
      this.run = host.run({ source, filename: parts.file, changed }, this.client(parts, asked, source));
    } catch {
      if (asked !== this.asked) return;
      const message = "A part of this page could not be loaded. Press Run to try again, or reload the page.";
      this.ended(parts, { kind: "not-loaded", message }, source);
    }
  }

  private stop(): void {
    const { parts } = this;
    if (!parts || !this.busy) return;
    if (this.run) this.run.stop();
    else this.ended(parts, { kind: "stopped" }, "");
  }

  /** Back to the code and the output that came with the page. */
  private reset(): void {
    const { parts } = this;
    if (!parts) return;
    this.stop();
    parts.code.reset();
    parts.panel.restore();
    parts.bar.begin(false);
    parts.panel.say("Back to the original");
    parts.bar.show("edit", true);
    parts.bar.show("reset", false);
  }

  private async copy(): Promise<void> {
    const { parts } = this;
    if (!parts) return;
    const copied = await copyText(parts.code.source);
    if (copied) parts.bar.copied();
    if (!this.busy) parts.panel.say(copied ? "Copied" : "This browser does not allow copying; select the code");
  }

  private async edit(event?: MouseEvent): Promise<void> {
    const { parts } = this;
    if (!parts || whyNot()) return;
    if (await parts.code.edit(event)) {
      // What a reader changes runs in an interpreter that is ended after it.
      python().then((host) => host.warmSpare(), () => undefined);
      parts.bar.show("edit", false);
      parts.bar.show("reset", true);
    } else {
      parts.panel.tell("The editor could not be loaded. Press Edit to try again, or reload the page.");
    }
  }

  private client(parts: Parts, asked: number, source: string): Client {
    const { panel } = parts;
    const now = (show: () => void): void => {
      if (asked === this.asked) show();
    };
    return {
      waiting: (behind) => now(() => panel.say(`Waiting for ${behind}`)),
      loading: (fraction, again) =>
        now(() => {
          panel.say(again ? AGAIN : fraction < 1 ? "Loading Python" : MORE);
          if (fraction < 1) panel.progress(fraction, () => this.style.setProperty("--snippet-loaded", String(fraction)));
        }),
      starting: () => now(() => panel.say("Starting Python")),
      running: () =>
        now(() => {
          this.setAttribute("busy", "running");
          panel.say("Running");
        }),
      text: (text) => now(() => panel.text(text)),
      picture: (picture) => now(() => panel.picture(picture)),
      sound: (title, sound) => now(() => panel.sound(title, sound)),
      note: (text) => now(() => panel.note(text)),
      hidden: (lines, pictures) => now(() => panel.hidden(lines, pictures)),
      ended: (ending) => now(() => this.ended(parts, ending, source)),
    };
  }

  private ended(parts: Parts, ending: Ending, source: string): void {
    const { panel } = parts;
    this.run = undefined;
    this.asked += 1;
    if (ending.kind === "finished") {
      this.finished(parts, ending.outcome, source);
      parts.bar.show("reset", true);
    } else if (ending.kind === "crashed") {
      panel.error(ending.message);
      panel.say("Python crashed", "wrong");
      parts.bar.show("reset", true);
    } else if (ending.kind === "not-loaded") {
      panel.tell(ending.message);
      panel.say("Python is not loaded", "wrong");
    } else {
      panel.say("Stopped");
      if (panel.hasNewOutput) parts.bar.show("reset", true);
    }
    panel.end(ending.kind === "finished" ? "The program printed nothing." : "");
    if (panel.hasNewOutput) parts.bar.ended(panel.isAsTested ? "The output is the same as before." : "The output has changed.");
    this.setBusy(false);
  }

  private finished({ code, panel }: Parts, outcome: Outcome, source: string): void {
    if (outcome.kind === "ok") {
      panel.say(`Finished in ${outcome.seconds.toFixed(outcome.seconds < 10 ? 2 : 1)} s`);
    } else if (outcome.kind === "exit") {
      panel.note(`The program ended with exit status ${outcome.status}.`);
      panel.say(`Ended with exit status ${outcome.status}`);
    } else {
      if (outcome.text) panel.error(outcome.text); // else the program has said it in its own words
      if (outcome.hint) panel.note(outcome.hint);
      // Lines of code that was changed meanwhile have other numbers.
      if (code.source === source) code.mark(outcome.line);
      panel.say(outcome.line ? `Error in line ${outcome.line}` : "Error", "wrong");
    }
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    if (busy) this.setAttribute("busy", "loading");
    else this.removeAttribute("busy");
    this.style.removeProperty("--snippet-loaded");
    this.parts?.bar.busy(busy);
  }
}

/** A pointer that somebody has moved onto the code and let rest there. One that only passes, or the page scrolled under it, loads nothing. */
function warmAtRest(area: HTMLElement): void {
  let timer = 0;
  const move = ({ movementX, movementY }: PointerEvent): void => {
    if (!movementX && !movementY) return;
    clearTimeout(timer);
    timer = setTimeout(warm, REST_MS);
  };
  area.addEventListener("pointermove", move, { passive: true });
  area.addEventListener("pointerleave", () => clearTimeout(timer), { passive: true });
}

/** Lets a long file name break after an underscore, where the bar is narrow. */
function allowBreaks(name: Element | null): void {
  const [first = "", ...others] = name?.textContent?.split("_") ?? [];
  name?.replaceChildren(first, ...others.flatMap((word) => ["_", document.createElement("wbr"), word]));
}
