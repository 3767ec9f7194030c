/**
 * The search: the builder's index, read as people write. A leading minus and quotes are text, "networkConnectionLost" is three words and one,
 * "reboot" finds "restart" (synonyms.json), Objective-C's names find Swift's, and what answers a question comes before what lists names.
 */

import MiniSearch from "minisearch";
import { stemmer } from "stemmer";

import type { Answer, Item } from "./messages";
import groups from "./synonyms.json";

interface Doc {
  readonly location: string;
  readonly title: string;
  readonly text: string;
}

const PAGES = 12;
const SECTIONS = 4;

/** Of a page so many sections are seen before anybody unfolds the rest, the second only if it says nearly as much as the first. */
const SEEN = 2;
const NEARLY = 0.6;
const EXCERPT = 180;

/** What another word for the same is worth, and the parts of a name in camel case. */
const SYNONYM = 0.75;
const PARTS = 0.6;

/** So many words' sections are remembered. */
const KNOWN = 200;

const BOOST = { title: 2.2, page: 1.2 };

/** Of the first results at most one is from a list of names. */
const FIRST = 3;
const LISTS = /^(?:c|claims|reference|ways)\//;

const STOP = new Set(
  "a after an and any ca are as at be been but by can could did do does during for from get gets had has have how i if in into is it its just let lets make makes me my iphone of off on or our really shall should so still that the their them then there these this those to was we were what when where which while who whose why will with would you your".split(
    " ",
  ),
);

/** What answers comes before what lists: by the beginning of an address, the first that fits. */
const WEIGHTS: readonly (readonly [string, number])[] = [
  ["what-you-see/", 1.3],
  ["questions/#", 1.2],
  ["errors/", 1.25],
  ["other-work/", 1.25], // both with the pages below them
  ["handlers/#", 1.25],
  ["places/#", 1.25],
  ["restarted-or-locked/#", 1.2],
  ["switches/#", 1.1],
  ["a-sync-that-survives/", 0.7],
  ["reference/api/", 0.3],
  ["reference/apple-symbols/", 0.3],
  ["reference/faults/", 0.2],
  ["reference/mechanisms/", 0.45],
  ["reference/spec/", 0.4],
  ["reference/changes/", 0.2],
  ["reference/", 0.6],
  ["claims/", 0.4],
  ["instead/", 0.6],
  ["c/", 0.7],
  ["glossary/", 0.8],
  ["ways/", 0.8],
  ["what-stops/", 0.8],
  ["numbers/", 0.9],
  ...["react-native/", "flutter/", "capacitor/", "kotlin/", "maui/", "unity/"].map((page) => [page, 0.7] as const),
];

/** One thing that is asked for: the ways to say it, each some words that belong together, and what each is worth. */
type Concept = readonly { readonly words: readonly string[]; readonly worth: number }[];

/** Words as they are compared: small, stemmed; a name in camel case also by its parts and as in Swift, a number in hexadecimal also without its "0x". */
export function words(text: string): string[] {
  return [...normal(text).matchAll(/[\p{L}\p{N}_]+/gu)].flatMap(([word]) => {
    const now = swift(word);
    return [stem(word), ...(now === word ? [] : [stem(now)]), ...parts(word)];
  });
}

/** Objective-C's name as Swift has it: NSURLSession is URLSession, downloadTaskWithURL is downloadTask. */
const swift = (word: string): string => word.replace(/^NS(?=\p{Lu}\p{Ll}|URL)|^ns(?=url)/u, "").replace(/(?<=\p{Ll})With\p{Lu}.*$/u, "");

/** One spelling of each sign, and the language C# as a word. */
const normal = (text: string): string => text.normalize("NFKC").replace(/\bC#/gi, "Csharp");

function parts(word: string): string[] {
  if (/^0x[\da-f]/i.test(word)) return [word.slice(2).toLowerCase()];
  const found = word.match(/\p{Lu}?[\p{Ll}]+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu) ?? [];
  return found.length > 1 ? found.map(stem) : [];
}

function stem(word: string): string {
  const small = word.toLowerCase();
  return /^[a-z]+$/.test(small) ? stemmer(small) : small;
}

/** The words of a query as they stand; of "can't" and "phone's" the first part. */
const simple = (text: string): string[] =>
  [
    ...normal(text)
      .replace(/(?:n't|n’t|['’](?:s|re|ve|ll|d|m))\b/giu, "")
      .matchAll(/[\p{L}\p{N}_]+/gu),
  ].map(([word]) => word);

/** Without the words that say nothing, if others are left. */
function meant(asked: readonly string[]): readonly string[] {
  const left = asked.filter((word) => !STOP.has(word.toLowerCase()));
  return left.length ? left : asked;
}

/** For each way to say something, as words, all ways to say it. */
const WAYS: readonly (readonly [readonly string[], readonly (readonly string[])[]])[] = (groups as string[][])
  .flatMap((group) => {
    const ways = group.map((said) => meant(simple(said)).map(stem));
    return ways.map((way) => [way, ways] as const);
  })
  .sort(([one], [other]) => other.length - one.length);

/** What a query asks for. A leading minus and quotes are text, and the longest known way to say something is one thing. */
export function concepts(query: string): Concept[] {
  const asked = meant(simple(query));
  const stems = asked.map(stem);
  const found: Concept[] = [];
  for (let at = 0; at < asked.length; ) {
    const known = WAYS.find(([way]) => way.every((word, next) => stems[at + next] === word));
    if (known) {
      const [way, ways] = known;
      found.push(ways.map((words) => ({ words, worth: words === way ? 1 : SYNONYM })));
      at += way.length;
      continue;
    }
    const word = swift(asked[at] ?? "");
    const within = parts(word);
    found.push([{ words: [stem(word)], worth: 1 }, ...(within.length ? [{ words: within, worth: PARTS }] : [])]);
    at += 1;
  }
  return found.filter((one, at) => at === found.findIndex((other) => other[0] && sameWays(one, other)));
}

/** Whether two ask for the same, in two of its ways. */
const sameWays = (one: Concept, other: Concept): boolean =>
  one.map(({ words }) => words.join(" ")).sort().join() === other.map(({ words }) => words.join(" ")).sort().join();

/** The words of a piece of the index, as a line of text. */
export const plain = (html: string): string =>
  html
    .replace(/<\/code>(?=[,.;:?!)’”'])|(?<=[(“])<code>/g, "") // no gap before a comma; a gap between cells
    .replace(/<[^>]*>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** Words that are rare in headings and common in questions: where something is *not triggered*, what it is says more. */
const EVERYDAY = new Set(["event", "happens", "trigger", "versus", "vs"].map(stem));

export class Engine {
  private readonly index: MiniSearch<Doc & { id: number }>;
  private readonly pages = new Map<string, number>();
  private readonly docs: readonly Doc[];
  private readonly titles: readonly ReadonlySet<string>[];
  private readonly lines: readonly string[];
  private readonly weights: readonly number[];
  /** What the words asked for so far were found in: with each key only the last is new. */
  private readonly known = new Map<string, ReadonlyMap<number, number>>();

  constructor(docs: readonly Doc[]) {
    this.docs = docs.map((doc) => ({ location: doc.location, title: plain(doc.title), text: plain(doc.text) }));
    this.docs.forEach((doc, id) => {
      if (!doc.location.includes("#")) this.pages.set(doc.location, id);
    });
    this.titles = this.docs.map((doc) => new Set(words(`${this.above(doc)} ${doc.title}`)));
    this.lines = this.docs.map((doc) => ` ${meant(simple(doc.title)).map(stem).join(" ")} `);
    this.weights = this.docs.map(({ location }) => WEIGHTS.find(([beginning]) => location.startsWith(beginning))?.[1] ?? 1);
    this.index = new MiniSearch({ fields: ["title", "page", "text"], tokenize: words, processTerm: (term) => term });
    this.index.addAll(this.docs.map((doc, id) => ({ ...doc, id, page: this.above(doc) })));
  }

  search(query: string): Answer {
    const asked = concepts(this.spelt(query));
    const terms = new Set(asked.flatMap((concept) => concept.flatMap((way) => way.words)));
    const stems = meant(simple(query)).map(stem);
    const pairs = stems.slice(1).map((word, at) => ` ${stems[at] ?? ""} ${word} `);
    return { items: this.grouped(this.scored(asked, pairs), fitting(terms)) };
  }

  /** A query whose long words that nobody has are the nearest that somebody has, for then their synonyms are known too. */
  private spelt(query: string): string {
    return simple(query)
      .map((word) => {
        const stemmed = stem(word);
        if (stemmed.length < 6 || parts(word).length || this.word(stemmed, true).size) return word;
        return this.index.search(stemmed, { fuzzy: 0.25 })[0]?.terms[0] ?? word;
      })
      .join(" ");
  }

  /** The title of the page that a section stands on. */
  private above(doc: Doc): string {
    const [page = "", section] = doc.location.split("#");
    return section === undefined ? "" : (this.docs[this.pages.get(page) ?? -1]?.title ?? "");
  }

  /** What a section says of all that is asked: a rare word counts for more than a common one, and costs more where it lacks; words in its title count twice, and again side by side. */
  private scored(asked: readonly Concept[], pairs: readonly string[]): Map<number, number> {
    const found = asked.map((concept, at) => this.concept(concept, at === asked.length - 1));
    const said = asked.map((concept) => (concept[0]?.words.every((word) => EVERYDAY.has(word)) ? 0.5 : 1));
    const rare = found.map((scores, at) => Math.log(1 + this.docs.length / (1 + scores.size)) * (said[at] ?? 1));
    const all = rare.reduce((sum, one) => sum + one, 0);
    const says = new Map<number, { score: number; covered: number; titled: number }>();
    found.forEach((one, at) => {
      const worth = rare[at] ?? 0;
      const ways = asked[at]?.map((way) => way.words) ?? [];
      for (const [id, here] of one) {
        let section = says.get(id);
        if (!section) says.set(id, (section = { score: 0, covered: 0, titled: 0 }));
        section.score += here * worth;
        section.covered += worth;
        if (ways.some((words) => words.every((word) => this.titles[id]?.has(word)))) section.titled += worth;
      }
    });
    const scores = new Map<number, number>();
    for (const [id, { score, covered, titled }] of says) {
      const beside = pairs.filter((pair) => this.lines[id]?.includes(pair)).length / (pairs.length || 1);
      const fit = (covered / all) ** 2 * (1 + titled / all + beside);
      scores.set(id, score * fit * (this.weights[id] ?? 1));
    }
    return scores;
  }

  /** How well each section says one thing, in the way in which it says it best. */
  private concept(concept: Concept, last: boolean): Map<number, number> {
    const best = new Map<number, number>();
    for (const { words, worth } of concept) {
      if (worth === PARTS && best.size > 0) continue; // the name itself stands somewhere
      const each = words.map((word) => this.word(word, last));
      for (const id of new Set(each.flatMap((scores) => [...scores.keys()]))) {
        const has = each.flatMap((scores) => scores.get(id) ?? []);
        if (has.length < words.length && (worth !== PARTS || has.length * 2 < words.length)) continue;
        const score = (worth * has.reduce((sum, one) => sum + one, 0) * has.length) / words.length ** 2;
        if (score > (best.get(id) ?? 0)) best.set(id, score);
      }
    }
    return best;
  }

  /** How well each section has one word, or a longer one that begins so: the last is perhaps not typed to its end. */
  private word(word: string, last: boolean): ReadonlyMap<number, number> {
    const prefix = last ? word.length > 1 : word.length > 3;
    const asked = prefix ? `${word}…` : word;
    let found = this.known.get(asked);
    if (!found) {
      found = new Map(this.index.search(word, { boost: BOOST, prefix }).map(({ id, score }) => [id as number, score]));
      if (this.known.size >= KNOWN) this.known.clear();
      this.known.set(asked, found);
    }
    return found;
  }

  /** By page, the best first: a page counts as its best section and a little of those after it. */
  private grouped(scores: ReadonlyMap<number, number>, fits: Fits): Item[][] {
    const byPage = new Map<string, [number, number][]>();
    for (const [id, score] of scores) {
      const page = (this.docs[id]?.location ?? "").split("#")[0] ?? "";
      const known = byPage.get(page);
      if (known) known.push([id, score]);
      else byPage.set(page, [[id, score]]);
    }
    const ranked = [...byPage].map(([page, found]) => {
      found.sort(([, one], [, other]) => other - one);
      return { page, found, score: found.slice(0, 6).reduce((sum, [, score], at) => sum + score * (at ? 0.6 / at : 1), 0) };
    });
    ranked.sort((one, other) => other.score - one.score);
    return listsLater(ranked)
      .slice(0, PAGES)
      .map(({ page, found, score: top }) => {
        const own = this.pages.get(page);
        const sections = found.filter(([id]) => id !== own).slice(0, SECTIONS);
        const seen = sections.slice(0, SEEN).filter(([, score]) => score >= (sections[0]?.[1] ?? 0) * NEARLY);
        // The theme folds the sections that score less than the first item.
        const items = own === undefined ? sections : [[own, seen.at(-1)?.[1] ?? top] as const, ...sections];
        return items.map(([id, score]) => this.item(id, score, fits));
      });
  }

  private item(id: number, score: number, fits: Fits): Item {
    const doc = this.docs[id];
    if (!doc) throw new Error(`no document ${id}`);
    return { location: doc.location, title: marked(doc.title, fits), text: marked(excerpt(doc.text, fits), fits), score, terms: {} };
  }
}

/** The same, with all but one of the lists behind the first places. */
function listsLater<T extends { readonly page: string }>(ranked: readonly T[]): T[] {
  const list = (one: T): boolean => LISTS.test(one.page);
  const lists = ranked.filter(list);
  const late = new Set(lists.slice(1));
  const first = ranked.filter((one) => !late.has(one)).slice(0, FIRST);
  return [...first, ...ranked.filter((one) => !first.includes(one))];
}

/** Whether a word of a text was asked for. */
type Fits = (word: string) => boolean;

/** Each word is looked at once, for texts say most of theirs many times. */
function fitting(terms: ReadonlySet<string>): Fits {
  const known = new Map<string, boolean>();
  const look: Fits = (word) =>
    words(word).some((part) => [...terms].some((term) => part === term || (term.length > 3 && part.startsWith(term))));
  return (word) => {
    const fits = known.get(word) ?? look(word);
    known.set(word, fits);
    return fits;
  };
}

/** A piece of the text around the first word that was asked for. */
function excerpt(text: string, fits: Fits): string {
  let at = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}_]+/gu)) {
    if (fits(match[0])) {
      at = match.index;
      break;
    }
  }
  const from = at < 60 ? 0 : text.lastIndexOf(" ", at - 40) + 1;
  const piece = text.slice(from, from + EXCERPT);
  return `${from > 0 ? "… " : ""}${piece}${from + EXCERPT < text.length ? " …" : ""}`;
}

/** As HTML, with the words that were asked for marked. */
function marked(text: string, fits: Fits): string {
  return text
    .split(/([\p{L}\p{N}_]+)/gu)
    .map((part, at) => (at % 2 && fits(part) ? `<mark data-md-highlight>${escaped(part)}</mark>` : escaped(part)))
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
