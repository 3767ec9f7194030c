/** The code of one snippet: as the server wrote it, or in an editor in its place. */

import type { Editor } from "./editor";
import { SILENCE_MS } from "./patience";

/** Lines that are never folded. */
const FOLDED_FROM = 20;

export interface CodeEvents {
  /** Ctrl or Cmd and Enter were pressed in the code. */
  run(): void;
  /** Enter was pressed on the code, or it was double-clicked. */
  edit(event?: MouseEvent): void;
  changed(source: string): void;
}

export class CodeArea {
  private readonly original: string;
  private readonly markElement = document.createElement("div");
  private readonly unfold = document.createElement("button");
  private editor: Editor | undefined;
  private opening: Promise<Editor> | undefined;

  constructor(
    private readonly area: HTMLElement,
    private readonly pre: HTMLElement,
    private readonly file: string,
    private readonly events: CodeEvents,
  ) {
    this.original = pre.textContent ?? "";
    this.markElement.className = "snippet-mark";
    if (this.original.trimEnd().split("\n").length > FOLDED_FROM) this.fold();
    pre.setAttribute("aria-label", `Code of ${file}. Press Enter to edit it, Control and Enter to run it.`);
    pre.setAttribute("role", "group");
    pre.addEventListener("dblclick", (event) => events.edit(event));
    pre.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.altKey || event.shiftKey) return;
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) events.run();
      else events.edit();
    });
  }

  /** Long code is folded where the window is narrow (snippet.css), so that the output is near. */
  private fold(): void {
    const lines = this.original.trimEnd().split("\n").length;
    this.unfold.type = "button";
    this.unfold.className = "snippet-button snippet-unfold";
    this.unfold.textContent = `Show all ${lines} lines`;
    this.unfold.setAttribute("aria-label", `Show all ${lines} lines of ${this.file}`);
    this.unfold.addEventListener("click", () => {
      this.showAll();
      this.pre.focus({ preventScroll: true });
    });
    this.area.classList.add("snippet-code--folded");
    this.area.append(this.unfold);
  }

  private showAll(): void {
    this.area.classList.remove("snippet-code--folded");
    this.unfold.remove();
  }

  get source(): string {
    return this.editor ? this.editor.source + this.lastBreak : this.original;
  }

  /** The line break at the end: kept apart, for an editor shows an empty line for it. */
  private get lastBreak(): string {
    return this.original.endsWith("\n") ? "\n" : "";
  }

  get isOriginal(): boolean {
    return this.source === this.original;
  }

  /** Turns the code into an editor and puts the cursor in it. False when the editor's code does not load. */
  async edit(event?: MouseEvent): Promise<boolean> {
    this.showAll();
    if (!this.editor) {
      this.opening ??= this.open();
      try {
        this.editor = await this.opening;
      } catch {
        return false;
      } finally {
        this.opening = undefined;
      }
      if (event) this.editor.place(event.clientX, event.clientY);
    }
    this.editor.focus();
    return true;
  }

  /** Marks a line, from 1, as the place of an error; 0 marks none. */
  mark(line: number): void {
    this.editor?.mark(line);
    this.markElement.remove();
    if (!this.editor && line > 0) {
      this.showAll();
      this.markElement.style.setProperty("--snippet-line", String(line));
      this.area.append(this.markElement);
    }
  }

  /** Back to the code that came with the page. */
  reset(): void {
    this.editor?.remove();
    this.editor = undefined;
    this.pre.hidden = false;
    this.mark(0);
  }

  private async open(): Promise<Editor> {
    const silence = new Promise<never>((_, reject) => setTimeout(reject, SILENCE_MS));
    const { openEditor } = await Promise.race([import("./editor"), silence]);
    const parent = document.createElement("div");
    parent.className = "snippet-editor";
    this.mark(0);
    this.pre.hidden = true;
    this.area.append(parent);
    return openEditor({
      parent,
      source: this.original.slice(0, this.original.length - this.lastBreak.length),
      label: `Code of ${this.file}. Escape, then Tab leaves the editor.`,
      run: this.events.run,
      changed: () => this.events.changed(this.source),
    });
  }
}
