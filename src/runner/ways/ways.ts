/**
 * The table of ways: sorting it, and copying it as text or as a picture. Loaded on its page alone (by claims.ts).
 *
 * Rows are moved within their groups by the guide's own order, and out of the groups by any other.
 */

import { Copying } from "../claims/copying";
import { make, makeButton } from "../claims/dom";
import { draw, type Line } from "./drawing";

const RANK: Readonly<Record<string, number>> = { yes: 0, depends: 1, no: 2 };
const GUIDE = "";
const NAME = "name";

/** Dresses a `.ways`. */
export function dress(place: HTMLElement): void {
  const table = place.querySelector<HTMLTableElement>("table.ways-table");
  if (!table) return;
  new Ways(table);
  place.dataset["dressed"] = "ready";
}

class Ways {
  private readonly groups: readonly { body: HTMLTableSectionElement; title: HTMLElement | null; rows: readonly HTMLTableRowElement[] }[];
  private readonly versions: readonly string[];
  private readonly copying = new Copying();
  private readonly select = make("select", "claim-field");
  private readonly sorted = make("tbody");

  constructor(private readonly table: HTMLTableElement) {
    this.groups = [...table.tBodies].map((body) => ({
      body,
      title: body.querySelector<HTMLElement>(".ways-group"),
      rows: [...body.querySelectorAll<HTMLTableRowElement>(".ways-row")],
    }));
    this.versions = [...(this.groups[0]?.rows[0]?.querySelectorAll<HTMLElement>("td") ?? [])].map((cell) => cell.dataset["version"] ?? "");
    this.addOption(GUIDE, "the guide’s order");
    this.addOption(NAME, "name");
    for (const version of this.versions) this.addOption(version, `answer on iOS ${version}`);
    this.select.addEventListener("change", () => this.sort(this.select.value));
    const label = make("label", "", "Sort by");
    label.append(this.select);
    const bar = make("div", "ways-bar");
    bar.append(
      label,
      makeButton("Copy as text", "claim-button", () => void this.copying.copy(this.text(), "table as text")),
      makeButton("Copy as picture", "claim-button", () => void this.copyPicture()),
      ...this.copying.elements,
    );
    table.before(bar);
    this.dressHeads();
  }

  private addOption(value: string, words: string): void {
    const option = make("option", "", words);
    option.value = value;
    this.select.append(option);
  }

  /** A press on a column's head sorts by it, and a second one brings the guide's order back. */
  private dressHeads(): void {
    [...(this.table.tHead?.rows[0]?.cells ?? [])].forEach((head, index) => {
      const by = index ? (this.versions[index - 1] ?? GUIDE) : NAME;
      const button = makeButton("", "ways-sort", () => {
        this.select.value = this.select.value === by ? GUIDE : by;
        this.sort(this.select.value);
      });
      button.append(...head.childNodes);
      head.append(button);
      head.dataset["by"] = by;
    });
  }

  private sort(by: string): void {
    for (const head of this.table.tHead?.rows[0]?.cells ?? []) {
      if (head.dataset["by"] === by) head.setAttribute("aria-sort", "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.sorted.remove();
    for (const { body, title, rows } of this.groups) {
      if (title) body.append(title);
      body.append(...rows);
      body.hidden = by !== GUIDE;
    }
    if (by === GUIDE) return;
    const rows = this.groups.flatMap((group) => group.rows);
    const key = (row: HTMLTableRowElement): number => {
      const cell = row.querySelector<HTMLElement>(`td[data-version="${by}"]`);
      return RANK[answer(cell)] ?? 0;
    };
    const inOrder = by === NAME ? rows.sort((a, b) => nameOf(a).localeCompare(nameOf(b), "en")) : rows.sort((a, b) => key(a) - key(b));
    this.sorted.replaceChildren(...inOrder);
    this.table.append(this.sorted);
  }

  /** What is on show, from top to bottom. */
  private lines(): Line[] {
    return [...this.table.tBodies]
      .filter((body) => !body.hidden)
      .flatMap((body) => [...body.rows])
      .map((row) =>
        row.matches(".ways-group")
          ? { title: row.textContent.trim(), answers: [] }
          : {
              title: nameOf(row),
              answers: [...row.querySelectorAll<HTMLElement>("td")].map((cell) => ({ is: answer(cell), words: wordsOf(cell) })),
            },
      );
  }

  private text(): string {
    const head = `| Way | ${this.versions.map((version) => `iOS ${version}`).join(" | ")} |`;
    const rule = `| --- |${" --- |".repeat(this.versions.length)}`;
    const rows = this.lines()
      .filter((line) => line.answers.length)
      .map((line) => `| ${line.title} | ${line.answers.map((one) => one.words).join(" | ")} |`);
    return [head, rule, ...rows, "", `${document.title}: ${location.origin}${location.pathname}`].join("\n");
  }

  private async copyPicture(): Promise<void> {
    const drawn = draw(this.versions, this.lines(), `${location.host}${location.pathname}`, getComputedStyle(this.table));
    const pictures = await import("../claims/pictures");
    await pictures.copyDrawing(drawn, "ways.png", this.copying);
  }
}

const nameOf = (row: HTMLTableRowElement): string => row.cells[0]?.textContent.trim() ?? "";

const answer = (cell: Element | null): string => /way-(yes|no|depends)/.exec(cell?.className ?? "")?.[1] ?? "";

/** "Depends", or "Depends (26.1+)". */
function wordsOf(cell: HTMLElement): string {
  const word = cell.querySelector(".way-word")?.textContent ?? "";
  const from = cell.querySelector("small")?.textContent ?? "";
  return from ? `${word} (${from})` : word;
}
