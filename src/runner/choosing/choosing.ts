/**
 * Choosing: one question at a time instead of the whole tree, and one result instead of all.
 *
 * It is loaded on its page alone (by claims.ts, for that is on every page). What it shows follows from the fragment, so
 * a press changes the fragment and then looks at it. The tree in the page stays what it was, and comes back with "Show the whole tree".
 */

import { copyText } from "../clipboard";
import { make, makeButton, makeStatus } from "../claims/dom";
import { read, write } from "./address";
import { answered, follow, readQuestion, type Path, type Question } from "./tree";

/** Dresses a `.choosing`. Where the page is not as expected, the tree stays as it is. */
export function dress(place: HTMLElement): void {
  try {
    new Choosing(place);
    place.dataset["dressed"] = "ready";
  } catch {
    place.dataset["dressed"] = "plain";
  }
}

class Choosing {
  private readonly tree: HTMLElement;
  private readonly first: Question;
  /** Heading and section of each result, by id. */
  private readonly results = new Map<string, { heading: HTMLElement; section: HTMLElement }>();
  private readonly resultsTitle: HTMLElement | null;
  private readonly panel = make("div", "choosing-panel");
  private readonly trail = make("ol", "choosing-trail");
  private readonly question = make("h2", "choosing-question");
  private readonly choices = make("ul", "choosing-choices");
  private readonly actions = make("div", "choosing-actions");
  private readonly status = makeStatus("choosing-status");
  /** The oldest iOS that the reader's app supports: lines for older ones are not shown. */
  private readonly oldest = make("select", "claim-field");
  /** The path that led to the result on show; empty where a link led there. */
  private path: Path = [];
  private whole = false;

  constructor(private readonly place: HTMLElement) {
    const tree = place.querySelector<HTMLElement>(".choosing-tree");
    if (!tree) throw new Error("no tree");
    this.tree = tree;
    this.first = readQuestion(tree);
    for (const section of place.querySelectorAll<HTMLElement>(".choosing-result")) {
      const heading = section.querySelector<HTMLElement>("h3[id]");
      if (heading) this.results.set(heading.id, { heading, section });
    }
    this.resultsTitle = place.querySelector<HTMLElement>("#results");
    this.trail.setAttribute("aria-label", "Your answers");
    this.question.tabIndex = -1;
    this.panel.append(this.trail, this.question, this.choices);
    tree.before(this.askOldest(), this.panel);
    this.place.append(this.actions, this.status);
    const changed = (): void => {
      if (place.isConnected) this.show(true);
      else removeEventListener("hashchange", changed);
    };
    addEventListener("hashchange", changed);
    this.show(false);
  }

  /** Shows what the fragment wants. `moved`: the reader went there, so the focus goes along. */
  private show(moved: boolean): void {
    const wanted = read(location.hash, new Set(this.results.keys()));
    if (wanted.kind === "elsewhere" && moved) return;
    this.status.textContent = "";
    if (wanted.kind === "result") {
      if (follow(this.first, this.path) !== wanted.id) this.path = [];
      this.showResult(wanted.id, moved);
      return;
    }
    const path = wanted.kind === "path" ? wanted.path : [];
    const here = follow(this.first, path);
    if (typeof here === "object") {
      this.path = path;
      this.showQuestion(here, moved);
    } else {
      this.path = [];
      this.showQuestion(this.first, moved);
    }
    if (wanted.kind === "unknown" || typeof here !== "object")
      this.status.textContent = "This link names no result of this page. Here is the first question.";
  }

  private showQuestion(question: Question, moved: boolean): void {
    this.question.textContent = question.asks;
    this.choices.replaceChildren(
      ...question.answers.map((answer, index) => {
        const item = make("li");
        item.append(
          makeButton(answer.says, "choosing-choice", () => {
            this.path = [...this.path, index];
            this.go(typeof answer.to === "string" ? answer.to : write(this.path));
          }),
        );
        return item;
      }),
    );
    this.render("");
    if (moved) this.question.focus();
  }

  private showResult(id: string, moved: boolean): void {
    this.render(id);
    const heading = this.results.get(id)?.heading;
    if (!heading) return;
    heading.tabIndex = -1;
    if (moved) heading.focus({ preventScroll: true });
    if (!this.path.length || !moved) heading.scrollIntoView({ block: "start" });
  }

  /** "Your oldest iOS", above the questions: it is asked once and holds for every answer. */
  private askOldest(): HTMLElement {
    const lines = this.place.querySelectorAll<HTMLElement>("[data-from]");
    const versions = [...new Set([...lines].map((line) => Number(line.dataset["from"])))].sort((a, b) => a - b);
    for (const version of versions) {
      const option = make("option", "", `iOS ${version}`);
      option.value = String(version);
      this.oldest.append(option);
    }
    this.oldest.addEventListener("change", () => this.hideOlder());
    const label = make("label", "choosing-oldest", "The oldest iOS that it must work on: ");
    label.append(this.oldest);
    return label;
  }

  /** Of each result's lines those that a newer one has replaced, on every iOS of the reader's, are hidden. */
  private hideOlder(): void {
    const oldest = this.whole ? 0 : Number(this.oldest.value);
    for (const line of this.place.querySelectorAll<HTMLElement>("[data-from]")) {
      const next = line.nextElementSibling;
      line.hidden = next instanceof HTMLElement && Number(next.dataset["from"]) <= oldest;
    }
  }

  /** Brings the page into line: the answers so far, the question or the result `id`, and the buttons. */
  private render(id: string): void {
    const only = !this.whole;
    this.place.classList.toggle("choosing--one", only);
    this.tree.hidden = only;
    this.panel.hidden = !only;
    if (this.resultsTitle) this.resultsTitle.hidden = only;
    for (const [known, { section }] of this.results) section.hidden = only && known !== id;
    this.question.hidden = this.choices.hidden = id !== "";
    this.trail.replaceChildren(...this.steps());
    this.trail.hidden = this.path.length === 0;
    this.actions.replaceChildren(...this.buttons(id));
    this.hideOlder();
  }

  private steps(): HTMLElement[] {
    return answered(this.first, this.path).map(({ asks, says }, index) => {
      const step = make("li");
      const change = makeButton("Change", "choosing-change", () => this.go(write(this.path.slice(0, index))));
      change.setAttribute("aria-label", `Change the answer to: ${asks}`);
      step.append(make("span", "choosing-asked", asks), make("strong", "", says), change);
      return step;
    });
  }

  private buttons(id: string): HTMLElement[] {
    const all = makeButton(this.whole ? "One question at a time" : "Show the whole tree", "claim-button", () => {
      this.whole = !this.whole;
      this.render(id);
    });
    if (!id || this.whole) return [all];
    const link = makeButton("Copy the link to this result", "claim-button claim-button--primary", () => void this.copy());
    return [link, makeButton("Start again", "claim-button", () => this.go("")), all];
  }

  private async copy(): Promise<void> {
    const copied = await copyText(location.href);
    this.status.textContent = copied ? "Copied: the link to this result" : "Copy the link from the address bar.";
  }

  /**
   * Goes to a fragment. Not by `location.hash`: that counts as a move through the history, and at the first of these the
   * theme's instant navigation fetches the page and exchanges it under the reader's hands.
   */
  private go(fragment: string): void {
    history.pushState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
    this.show(true);
  }
}
