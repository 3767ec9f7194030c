/** The filter of the index. It works on the rows that are in the HTML, and keeps its state in the address. */

import { fragmentOf } from "../fragment";
import { choices, holdsOn, matches, versions, type Row, type Wanted } from "./rows";

/** In the address. The text is not called "q": the builder's own search opens itself for that name. */
const NAMES = ["text", "mechanism", "evidence", "status", "ios"] as const;
type Name = (typeof NAMES)[number];

/** Browsers limit how often a page may write its address. */
const ADDRESS_MS = 250;

interface Group {
  readonly element: HTMLDetailsElement;
  /** Beside its name: how many claims it has, and how many of them fit. */
  readonly count: HTMLElement | null;
  readonly rows: readonly Row[];
}

/** Fills the choices of a `.claim-filter`, shows it, and applies what the address asks for. Its fields are in the HTML, so that nothing moves. */
export function dress(place: HTMLElement): void {
  new Filter(place);
}

class Filter {
  private readonly groups: readonly Group[];
  private readonly rows: readonly Row[];
  private readonly fields: Readonly<Record<Name, HTMLInputElement | HTMLSelectElement>>;
  private readonly count: HTMLElement;
  private readonly reset: HTMLButtonElement;
  private timer = 0;

  constructor(private readonly place: HTMLElement) {
    this.groups = [...document.querySelectorAll<HTMLDetailsElement>("details.claim-group")].map(readGroup);
    this.rows = this.groups.flatMap(({ rows }) => rows);
    for (const { element } of this.groups) element.querySelector("summary")?.addEventListener("click", () => this.pressed(element));
    const text = this.part<HTMLInputElement>("#claim-filter-text");
    text.addEventListener("input", () => this.changed());
    this.fields = {
      text,
      mechanism: this.select("mechanism", choices(this.rows, "mechanism")),
      evidence: this.select("evidence", choices(this.rows, "evidence")),
      status: this.select("status", choices(this.rows, "status")),
      ios: this.select("ios", versions(this.rows).map((version) => [version, `iOS ${version}`])),
    };
    this.count = this.part(".claim-filter-count");
    this.reset = this.part<HTMLButtonElement>("button");
    this.reset.addEventListener("click", () => this.clear());
    this.readAddress();
    place.hidden = false;
    addEventListener("popstate", this.onPopState);
    addEventListener("beforeprint", this.onPrint);
  }

  private readonly onPopState = (): void => {
    if (this.place.isConnected) this.readAddress();
    else removeEventListener("popstate", this.onPopState);
  };

  /** On paper nothing can be opened. */
  private readonly onPrint = (): void => {
    if (this.place.isConnected) for (const { element } of this.groups) element.open = true;
    else removeEventListener("beforeprint", this.onPrint);
  };

  /** The group that is opened stands in the address, so that it is open again when somebody comes back from a claim. */
  private pressed(element: HTMLDetailsElement): void {
    const address = new URL(location.href);
    address.hash = element.open ? "" : (element.dataset["mechanism"] ?? "");
    history.replaceState(history.state, "", address);
  }

  /** Opens the group that the address names, or one of whose rows it names. */
  private openNamed(): void {
    const named = document.getElementById(fragmentOf(location.hash));
    const group = named?.closest("details");
    if (!named || !group) return;
    group.open = true;
    named.scrollIntoView();
  }

  private part<E extends HTMLElement>(selector: string): E {
    const found = this.place.querySelector<E>(selector);
    if (!found) throw new Error(`The filter has no ${selector}.`);
    return found;
  }

  private select(name: Name, values: readonly (readonly [string, string])[]): HTMLSelectElement {
    const field = this.part<HTMLSelectElement>(`#claim-filter-${name}`);
    field.append(...values.map(([value, words]) => new Option(words, value)));
    field.addEventListener("change", () => this.changed());
    return field;
  }

  private readAddress(): void {
    const asked = new URLSearchParams(location.search);
    for (const name of NAMES) {
      const field = this.fields[name];
      field.value = asked.get(name) ?? "";
      // A value that no row has selects nothing; it is the same as no value.
      if (field.value === "" && field instanceof HTMLSelectElement) field.selectedIndex = 0;
    }
    this.apply();
    this.openNamed();
  }

  private changed(): void {
    this.apply();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.writeAddress(), ADDRESS_MS);
  }

  private writeAddress(): void {
    if (!this.place.isConnected) return;
    const address = new URL(location.href);
    for (const name of NAMES) {
      const value = this.fields[name].value.trim();
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    history.replaceState(history.state, "", address);
  }

  private clear(): void {
    for (const name of NAMES) this.fields[name].value = "";
    this.fields.text.focus();
    this.changed();
  }

  /** Shows the rows that fit, with their groups open, as far as something is asked for. */
  private apply(): void {
    const wanted = this.wanted();
    const idle = NAMES.every((name) => !this.fields[name].value.trim());
    let shown = 0;
    for (const { element, count, rows } of this.groups) {
      let here = 0;
      for (const row of rows) {
        const fits = matches(row, wanted) && (!this.fields.ios.value || holdsOn(row, this.fields.ios.value));
        row.element.hidden = !fits;
        if (fits) here += 1;
      }
      shown += here;
      if (count) count.textContent = here < rows.length ? `${here} of ${rows.length}` : `${here}`;
      element.hidden = here === 0;
      element.open = !idle;
    }
    const none = shown === 0 ? ". No claim fits all of this." : "";
    this.count.textContent = `${shown} of ${this.rows.length}${none}`;
    this.reset.disabled = idle;
  }

  private wanted(): Wanted {
    const { text, mechanism, evidence, status } = this.fields;
    return { text: text.value, mechanism: mechanism.value, evidence: evidence.value, status: status.value };
  }
}

/** The claims of one mechanism. */
function readGroup(element: HTMLDetailsElement): Group {
  const mechanism = element.dataset["mechanism"] ?? "";
  const title = element.querySelector("h2")?.firstChild?.textContent?.trim() ?? "";
  const rows = [...element.querySelectorAll<HTMLElement>("li[data-evidence]")].map((row): Row => {
    const data = row.dataset;
    return {
      element: row,
      get text() {
        return `${row.querySelector("a")?.textContent ?? ""} ${row.id}`;
      },
      mechanism,
      mechanismWords: title,
      evidence: data["evidence"] ?? "",
      get evidenceWords() {
        return row.querySelector(`.claim-badge.claim-${data["evidence"]}`)?.textContent ?? "";
      },
      status: data["status"] ?? "current",
      get statusWords() {
        return row.querySelector(`.claim-status-${data["status"]}`)?.textContent ?? "";
      },
      since: data["since"] ?? "",
      until: data["until"] ?? "",
    };
  });
  return { element, count: element.querySelector<HTMLElement>("summary > span"), rows };
}
