/**
 * The search: the builder's index, read as people write. A leading minus and quotes are text, "networkConnectionLost" is three words and one,
 * "reboot" finds "restart" (synonyms.json), and what answers a question comes before what lists names.
 */

import MiniSearch, { type Query, type SearchResult } from "minisearch";
import { stemmer } from "stemmer";

import type { Answer, Item } from "./messages";
import groups from "./synonyms.json";

interface Doc {
  readonly location: string;
  readonly title: string;
  readonly text: string;
  readonly boost?: number;
}

const PAGES = 12;
const SECTIONS = 4;
const EXCERPT = 180;

const STOP = new Set(
  "a an and are as at be but by can do does for from get has have how i if in into is it its me my of on or our should so that the their them then there this to was we what when where which who why will with would you your".split(" "),
);

/** What answers comes before what lists: by the beginning of an address, the first that fits. */
const WEIGHTS: readonly (readonly [string, number])[] = [
  ["what-you-see/", 1.7],
  ["questions/#", 1.5],
  ["reference/api/", 0.25],
  ["reference/apple-symbols/", 0.3],
  ["reference/faults/", 0.35],
  ["reference/spec/", 0.4],
  ["reference/", 0.6],
  ["claims/", 0.4],
  ["c/", 0.8],
  ["glossary/", 0.9],
];

/** Words as they are compared: small, stemmed; a name in camel case also by its parts. */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const [word] of text.normalize("NFKC").matchAll(/[\p{L}\p{N}_]+/gu)) {
    found.push(stem(word));
    const parts = word.match(/\p{Lu}?[\p{Ll}]+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu) ?? [];
    if (parts.length > 1 && !/^0x/i.test(word)) found.push(...parts.map(stem));
  }
  return found;
}

function stem(word: string): string {
  const small = word.toLowerCase();
  return /^[a-z]+$/.test(small) ? stemmer(small) : small;
}

/** What is asked, in all the ways in which the pages may say it: as it was asked first, then in the pages' own words (synonyms.json). */
export function variants(query: string): string[] {
  const asked = ` ${query.toLowerCase().replaceAll("−", "-").replace(/["“”„?!,;:]/g, " ").replace(/\s+/g, " ").trim()} `;
  const found = [asked.trim()];
  for (const [ours, ...theirs] of groups) {
    for (const said of theirs) {
      const there = [` ${said} `, ` ${said}s `].find((padded) => asked.includes(padded));
      if (there) found.push(asked.replace(there, ` ${ours} `).trim());
    }
  }
  return [...new Set(found)];
}

const plain = (html: string): string =>
  html
    .replace(/<[^>]*>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

export class Engine {
  private readonly index: MiniSearch<Doc & { id: number }>;
  private readonly pages = new Map<string, number>();
  private readonly docs: readonly Doc[];

  constructor(docs: readonly Doc[]) {
    this.docs = docs.map((doc) => ({ ...doc, title: plain(doc.title), text: plain(doc.text) }));
    this.index = new MiniSearch({ fields: ["title", "text"], tokenize: words, processTerm: (term) => term });
    this.index.addAll(this.docs.map((doc, id) => ({ ...doc, id })));
    this.docs.forEach((doc, id) => {
      if (!doc.location.includes("#")) this.pages.set(doc.location, id);
    });
  }

  search(query: string): Answer {
    const scores = new Map<number, number>();
    const terms = new Set<string>();
    variants(query).forEach((variant, number) => {
      const asked = words(variant);
      const meant = asked.filter((word) => !STOP.has(word));
      const parts = [...new Set(meant.length ? meant : asked)];
      if (parts.length === 0) return;
      parts.forEach((part) => terms.add(part));
      for (const result of this.find(parts)) {
        const score = result.score * (number === 0 ? 1 : 0.8);
        const id = result.id as number;
        scores.set(id, Math.max(scores.get(id) ?? 0, score));
      }
    });
    return { items: this.grouped(scores, terms) };
  }

  /** What has all of the words, and further down what has most of them. */
  private find(parts: readonly string[]): SearchResult[] {
    const options = {
      boost: { title: 3 },
      prefix: (term: string, at: number, all: string[]): boolean => term.length > 2 && (at === all.length - 1 || term.length > 3),
      boostDocument: (id: number): number => this.weight(this.docs[id]?.location ?? ""),
    };
    const query = (combineWith: "AND" | "OR"): Query => ({ combineWith, queries: [...parts] });
    const all = this.index.search(query("AND"), options);
    if (parts.length === 1) return all;
    const known = new Set(all.map(({ id }) => id as number));
    const some = this.index
      .search(query("OR"), options)
      .filter(({ id, queryTerms }) => !known.has(id as number) && queryTerms.length * 2 >= parts.length)
      .map((result) => ({ ...result, score: result.score * 0.35 * (result.queryTerms.length / parts.length) }));
    return [...all, ...some];
  }

  private weight(location: string): number {
    return WEIGHTS.find(([beginning]) => location.startsWith(beginning))?.[1] ?? 1.1;
  }

  private grouped(scores: ReadonlyMap<number, number>, terms: ReadonlySet<string>): Item[][] {
    const byPage = new Map<string, [number, number][]>();
    for (const [id, score] of scores) {
      const page = (this.docs[id]?.location ?? "").split("#")[0] ?? "";
      byPage.set(page, [...(byPage.get(page) ?? []), [id, score]]);
    }
    const best = [...byPage].map(([page, found]) => ({ page, found: found.sort(([, one], [, other]) => other - one) }));
    best.sort((one, other) => (other.found[0]?.[1] ?? 0) - (one.found[0]?.[1] ?? 0));
    return best.slice(0, PAGES).map(({ page, found }) => {
      const own = this.pages.get(page);
      const sections = found.filter(([id]) => id !== own).slice(0, SECTIONS);
      const top = found[0]?.[1] ?? 0;
      const items = own === undefined ? sections : [[own, top] as [number, number], ...sections];
      return items.map(([id, score]) => this.item(id, score, terms));
    });
  }

  private item(id: number, score: number, terms: ReadonlySet<string>): Item {
    const doc = this.docs[id];
    if (!doc) throw new Error(`no document ${id}`);
    return { location: doc.location, title: marked(doc.title, terms), text: marked(excerpt(doc.text, terms), terms), score, terms: {} };
  }
}

function fits(word: string, terms: ReadonlySet<string>): boolean {
  return words(word).some((part) => [...terms].some((term) => part === term || (term.length > 3 && part.startsWith(term))));
}

/** A piece of the text around the first word that was asked for. */
function excerpt(text: string, terms: ReadonlySet<string>): string {
  let at = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}_]+/gu)) {
    if (fits(match[0], terms)) {
      at = match.index;
      break;
    }
  }
  const from = at < 60 ? 0 : text.lastIndexOf(" ", at - 40) + 1;
  const piece = text.slice(from, from + EXCERPT);
  return `${from > 0 ? "… " : ""}${piece}${from + EXCERPT < text.length ? " …" : ""}`;
}

/** As HTML, with the words that were asked for marked. */
function marked(text: string, terms: ReadonlySet<string>): string {
  return text
    .split(/([\p{L}\p{N}_]+)/gu)
    .map((part, at) => (at % 2 && fits(part, terms) ? `<mark data-md-highlight>${escaped(part)}</mark>` : escaped(part)))
    .join("");
}

let engine: Promise<Engine> | undefined;

/** Searches the index of the site; a failure to fetch it is not kept. */
export async function search(query: string): Promise<Answer> {
  engine ??= load();
  try {
    return (await engine).search(query);
  } catch (failed) {
    engine = undefined;
    throw failed;
  }
}

async function load(): Promise<Engine> {
  const answer = await fetch(new URL("../search/search_index.json", location.href));
  if (!answer.ok) throw new Error(`The search index: ${answer.status}`);
  return new Engine(((await answer.json()) as { docs: Doc[] }).docs);
}
