/** The panel under the code: a label, the state in words, and the output in parts. */

/** Whose output it is. */
export type Label = "Tested output" | "Output of this run" | "Output of your version";

/** Less of the output than this says nothing to who has pressed Run. */
const ENOUGH_PX = 80;

interface Shown {
  readonly label: Label;
  /** The code that gave this output. */
  readonly code: string;
}

export class OutputPanel {
  private readonly label = document.createElement("span");
  private readonly status = document.createElement("span");
  private readonly percent = document.createElement("span");
  private readonly notice = document.createElement("p");
  private readonly parts = document.createElement("div");
  private readonly tested: Node[];
  private shown: Shown;
  private next: Shown;
  private codeNow: string;
  /** Text, and what draws something else, in the order in which it came: drawn once per frame. */
  private pending: (string | (() => void))[] = [];
  private left: readonly [lines: number, pictures: number] | undefined;
  private sounds: string[] = [];
  private frame = 0;
  private state = "";
  private started = false;
  private more: HTMLElement | undefined;

  constructor(
    private readonly panel: HTMLElement,
    private readonly file: string,
    private readonly original: string,
    private readonly said: (words: string) => void,
  ) {
    this.shown = this.next = { label: "Tested output", code: original };
    this.codeNow = original;
    this.tested = [...panel.childNodes];
    const head = make("div", "snippet-head", this.label, this.status, this.percent);
    this.label.className = "snippet-label";
    this.status.className = "snippet-status";
    this.status.setAttribute("role", "status");
    this.percent.className = "snippet-percent";
    this.percent.setAttribute("aria-hidden", "true");
    this.notice.className = "snippet-notice";
    this.notice.hidden = true;
    this.parts.className = "snippet-parts";
    this.parts.append(...this.tested);
    panel.replaceChildren(head, this.notice, this.parts);
    this.restore();
  }

  /** A state, said once to a screen reader. */
  say(state: string, tone: "calm" | "wrong" = "calm"): void {
    if (this.state === state) return;
    this.state = state;
    this.status.textContent = state;
    this.status.classList.toggle("snippet-status--wrong", tone === "wrong");
    this.percent.textContent = "";
    this.said(state);
  }

  /** Whether its beginning can be seen. */
  get isInView(): boolean {
    const { top } = this.panel.getBoundingClientRect();
    return top >= 0 && top < innerHeight - ENOUGH_PX;
  }

  /** Whether what is shown is what came with the page. */
  get isAsTested(): boolean {
    const words = (nodes: Iterable<Node>): string => [...nodes].map((node) => node.textContent).join(" ").replace(/\s+/g, " ").trim();
    return words(this.parts.childNodes) === words(this.tested);
  }

  /** Brings it into view, and the focus to it. */
  reveal(): void {
    this.panel.tabIndex = -1;
    this.panel.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.panel.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  /** How far the state has come, beside it; `draw` is called when that is another number. For eyes only. */
  progress(fraction: number, draw: () => void): void {
    const words = `, ${Math.floor(fraction * 100)} %`;
    if (this.percent.textContent === words) return;
    this.percent.textContent = words;
    this.said(`${this.status.textContent}${words}`);
    draw();
  }

  /** The code as it is now; the label says when the output is that of other code. */
  codeIs(code: string): void {
    this.codeNow = code;
    this.showLabel();
  }

  /** A run was asked for: what is shown stays, dimmed, until the run shows something. */
  begin(label: Label, code: string): void {
    this.started = false;
    this.pending = [];
    this.left = undefined;
    this.more = undefined;
    this.next = { label, code };
    this.tell("");
    this.panel.classList.add("snippet-output--old");
    this.parts.style.minHeight = `${this.parts.offsetHeight}px`;
  }

  text(text: string): void {
    this.soon(text);
  }

  picture(picture: SVGElement): void {
    this.soon(() => this.add(make("div", "snippet-picture", picture)));
  }

  /** A player for a sound. The sound lives as long as the player does. */
  sound(title: string, sound: Blob): void {
    const player = document.createElement("audio");
    player.controls = true;
    player.src = URL.createObjectURL(sound);
    player.setAttribute("aria-label", title);
    this.sounds.push(player.src);
    this.soon(() => this.add(make("div", "snippet-sound", make("span", "snippet-sound-title", title), player)));
  }

  error(text: string): void {
    this.soon(() => this.add(make("pre", "snippet-text snippet-error", text)));
  }

  /** A line of the runner's own about the output. */
  note(text: string): void {
    this.soon(() => this.add(make("p", "snippet-note", text)));
  }

  /** What was left out at the end, because there was too much; the line changes as more comes. */
  hidden(lines: number, pictures: number): void {
    if (!this.left) this.soon(() => this.showLeft());
    this.left = [lines, pictures];
  }

  /** A line above the output, about the page and not about the program; empty: none. */
  tell(text: string): void {
    this.notice.textContent = text;
    this.notice.hidden = text === "";
  }

  /** Whether the present or last run has shown anything. */
  get hasNewOutput(): boolean {
    return this.started || this.pending.length > 0;
  }

  /** The run is over. `empty` is shown when it gave no output. */
  end(empty: string): void {
    if (!this.hasNewOutput && empty) this.note(empty);
    this.flush();
    this.panel.classList.remove("snippet-output--old");
    this.parts.style.minHeight = "";
    // Later, so that the snippets of a page are measured together.
    requestAnimationFrame(() => this.reach());
  }

  /** Brings what scrolls into reach of the keyboard. */
  private reach(): void {
    for (const text of this.parts.querySelectorAll<HTMLElement>(".snippet-text")) {
      text.toggleAttribute("data-columns", hasColumns(text.textContent));
      if (text.scrollHeight > text.clientHeight || text.scrollWidth > text.clientWidth) text.tabIndex = 0;
    }
  }

  /** Brings back the output that came with the page. */
  restore(): void {
    this.pending = [];
    this.left = undefined;
    this.started = false;
    this.silence();
    this.parts.replaceChildren(...this.tested);
    this.end("");
    this.tell("");
    this.shown = { label: "Tested output", code: this.original };
    this.codeIs(this.original);
  }

  private soon(what: string | (() => void)): void {
    this.pending.push(what);
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  private flush(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    let text = "";
    for (const what of this.pending.splice(0)) {
      if (typeof what === "string") {
        text += what;
      } else {
        this.addText(text);
        text = "";
        what();
      }
    }
    this.addText(text);
  }

  private showLeft(): void {
    const [lines, pictures] = this.left ?? [0, 0];
    this.left = undefined;
    const left = [lines && count(lines, "line"), pictures && count(pictures, "picture")].filter(Boolean);
    const words = `… ${left.join(" and ")} not shown`;
    if (this.more?.isConnected) this.more.textContent = words;
    else this.add((this.more = make("p", "snippet-note snippet-more", words)));
  }

  private addText(text: string): void {
    if (!text) return;
    const last = this.started ? this.parts.lastElementChild : null;
    if (last?.className !== "snippet-text") {
      this.add(make("pre", "snippet-text", text));
      return;
    }
    // Who has scrolled to the end goes on seeing the end.
    const atEnd = last.scrollTop > 0 && last.scrollHeight - last.scrollTop - last.clientHeight < 4;
    last.append(text);
    if (atEnd) last.scrollTop = last.scrollHeight;
  }

  private add(part: HTMLElement): void {
    if (this.started) {
      this.parts.append(part);
      return;
    }
    this.started = true;
    this.panel.classList.remove("snippet-output--old");
    this.silence(part);
    this.parts.replaceChildren(part);
    this.shown = this.next;
    this.showLabel();
  }

  /** Frees the sounds of the run whose output goes; what is shown now keeps its own. */
  private silence(kept?: HTMLElement): void {
    const own = kept?.querySelector("audio")?.src;
    for (const url of this.sounds) if (url !== own) URL.revokeObjectURL(url);
    this.sounds = own ? [own] : [];
  }

  private showLabel(): void {
    const { label, code } = this.shown;
    this.label.textContent = code === this.codeNow ? label : `${label}, before your change`;
    this.panel.setAttribute("aria-label", `${label} of ${this.file}`);
  }
}

/** Whether three lines or more have three columns: they must stay below each other. The same in snippets.py. */
export function hasColumns(text: string): boolean {
  return (text.match(/[\p{L}\p{N}_] {2,}[\p{L}\p{N}_].* {2,}[\p{L}\p{N}_]/gu)?.length ?? 0) >= 3;
}

function count(number: number, thing: string): string {
  return `${number.toLocaleString("en")} more ${thing}${number === 1 ? "" : "s"}`;
}

function make(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}
