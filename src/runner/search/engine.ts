/**
 * The search: the builder's index, read as people write. A leading minus and quotes are text, "networkConnectionLost" is three words and one,
 * "reboot" finds "restart" (synonyms.json), Objective-C's names find Swift's, "recieve" finds "receive", and what answers a question comes before
 * what lists names.
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

/** What is said in another word for it is not quite covered. */
const COVERED = 0.85;

/** How much it counts that the section covers what is asked: the more, the worse for one that lacks a word. */
const COVERAGE = 1.5;

/** What a word is worth that was guessed from a misspelt one, and one that a question can do without. */
const GUESSED = 0.8;
const SOFT_WORTH = 0.5;

/** In the sections that come first so far, so many words are near each other; what is said near each other belongs together. */
const CLOSER_LOOK = 40;
const NEAR = 25;
const SIDE_BY_SIDE = 0.5;

/** Shorter words are not guessed, and a word of four or five letters is only taken for one that stands in so many places. */
const SHORTEST = 4;
const COMMON = 4;

/** No word that is written together with another is shorter. */
const HALF = 3;

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

/** Words of questions about everything: they say little, though more than those above. Where something is *not triggered*, what it is says more. */
const SOFT = new Set(
  "also always another anyone anything because before begin being best better both came come comes coming correct correctly different doing done each either else enough even event ever every example exactly few find first given go goes going gone good got happen happening happens help here however inside instead keep keeps kind know left like little look lot made make makes many may maybe mean means might more most much must need needs new next no nobody none not nothing now one other others out over own per please possible problem proper properly put question random randomly real reason right same say says see seem seems several she show shows simply since some something sometimes such suddenly take takes tell tells than thing things think though through time times together too tries trigger try trying under until us use used uses using usually versus very via vs want wants way ways well went without work working works yet"
    .split(" ")
    .map(stem),
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

interface Found {
  readonly best: ReadonlyMap<number, { readonly score: number; readonly covered: number }>;
  readonly asTyped: number;
}

/** Words as they are compared: small, stemmed; a name in camel case also by its parts and as in Swift, a number in hexadecimal also without its "0x". */
export function words(text: string): string[] {
  return tokens(text).flatMap(forms);
}

const tokens = (text: string): string[] => normal(text).match(/[\p{L}\p{N}_]+/gu) ?? [];

/** Each word is taken apart once, for most stand in many places. */
const taken = new Map<string, readonly string[]>();

function forms(word: string): readonly string[] {
  let found = taken.get(word);
  if (!found) {
    const now = swift(word);
    found = [stem(word), ...(now === word ? [] : [stem(now)]), ...parts(word)];
    taken.set(word, found);
  }
  return found;
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
const simple = (text: string): string[] => tokens(text.replace(/(?:n't|n’t|['’](?:s|re|ve|ll|d|m))\b/giu, ""));

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

/** The words of all these. */
const SAID = new Set(WAYS.flatMap(([way]) => way));

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

/** How many letters differ, or stand the other way round, between two words, and one more than `most` where it is more than that. */
export function apart(one: string, other: string, most: number): number {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 1; at <= one.length; at++) {
    const row = [at];
    for (let to = 1; to <= other.length; to++) {
      const same = one[at - 1] === other[to - 1];
      const turned = at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      const changed = Math.min((last[to] ?? 0) + 1, (row[to - 1] ?? 0) + 1, (last[to - 1] ?? 0) + (same ? 0 : 1));
      row.push(turned ? Math.min(changed, (before[to - 2] ?? 0) + 1) : changed);
    }
    if (Math.min(...row) > most) return most + 1;
    before = last;
    last = row;
  }
  return last[other.length] ?? 0;
}

export class Engine {
  private readonly index: MiniSearch<Doc & { id: number }>;
  private readonly pages = new Map<string, number>();
  private readonly docs: readonly Doc[];
  private readonly titles: readonly ReadonlySet<string>[];
  private readonly lines: readonly string[];
  private readonly texts: readonly (readonly (readonly string[])[])[];
  private readonly read = new Map<number, string>();
  private readonly weights: readonly number[];
  /** How often each word stands in the pages, by its first letter: what a misspelt word may be. */
  private readonly spellings = new Map<string, Map<string, number>>();
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
    this.texts = this.docs.map(({ title, text }) => {
      const found = tokens(`${title} ${text}`);
      for (const word of found) this.learn(word.toLowerCase());
      return found.map(forms);
    });
  }

  private learn(word: string): void {
    if (word.length < SHORTEST) return;
    const first = word[0] ?? "";
    const known = this.spellings.get(first) ?? new Map<string, number>();
    if (known.size === 0) this.spellings.set(first, known);
    known.set(word, (known.get(word) ?? 0) + 1);
  }

  search(query: string): Answer {
    const guesses = new Set<string>();
    const spelt = simple(query).map((word) => {
      const guess = this.guess(word);
      if (guess) guesses.add(stem(guess));
      return guess ?? word;
    });
    const asked = concepts(spelt.join(" ")).map((concept) => this.joined(concept));
    const terms = new Set(asked.flatMap((concept) => concept.flatMap((way) => way.words)));
    const stems = meant(spelt).map(stem);
    const pairs = stems.slice(1).map((word, at) => ` ${stems[at] ?? ""} ${word} `);
    return { items: this.grouped(this.scored(asked, pairs, guesses), fitting(terms)) };
  }

  /** The nearest word of the pages for one that none of them has, nor begins with: one letter may differ, in a long word two. The first does not, but may have changed places with the second. */
  private guess(word: string): string | undefined {
    const small = word.toLowerCase();
    if (!/^[a-z]+$/.test(small) || small.length < SHORTEST || parts(word).length || SAID.has(stem(word))) return undefined;
    if (STOP.has(small) || this.word(stem(word), true).size || this.halves(stem(word))) return undefined;
    const most = small.length > 7 ? 2 : 1;
    const single = small.replace(/s$/, "");
    let nearest: { readonly word: string; readonly off: number; readonly times: number } | undefined;
    for (const first of new Set(small.slice(0, 2)))
      for (const [other, times] of this.spellings.get(first) ?? []) {
        if (other.length > small.length + most || other.length < single.length - most || (first !== small[0] && other[1] !== small[0])) continue;
        if (times < (small.length < 6 ? COMMON : 1)) continue;
        const off = Math.min(apart(small, other, most), apart(single, other, most));
        if (off > most || (nearest && (off > nearest.off || (off === nearest.off && times <= nearest.times)))) continue;
        nearest = { word: other, off, times };
      }
    return nearest?.word;
  }

  /** What people write as one word and the pages more often as two ("deeplink"), asked for as these too. */
  private joined(concept: Concept): Concept {
    const [word = "", more] = concept.length === 1 ? (concept[0]?.words ?? []) : [];
    const two = more === undefined ? this.halves(word) : undefined;
    return two ? [...concept, { words: two, worth: 1 }] : concept;
  }

  /** The two words, which stand side by side in more sections than the one that is made of them. */
  private halves(word: string): readonly string[] | undefined {
    const most = this.word(word, false).size;
    for (let at = HALF; at <= word.length - HALF; at++) {
      const two = [stem(word.slice(0, at)), word.slice(at)];
      const [one = new Map<number, number>(), other] = two.map((half) => this.word(half, false));
      const both = [...one.keys()].filter((id) => other?.has(id));
      if (both.filter((id) => this.line(id).includes(` ${two.join(" ")} `)).length > most) return two;
    }
    return undefined;
  }

  /** The title of the page that a section stands on. */
  private above(doc: Doc): string {
    const [page = "", section] = doc.location.split("#");
    return section === undefined ? "" : (this.docs[this.pages.get(page) ?? -1]?.title ?? "");
  }

  /** What a section says of all that is asked: a rare word counts for more than a common one, and costs more where it lacks; words in its title count twice, and again side by side. */
  private scored(asked: readonly Concept[], pairs: readonly string[], guesses: ReadonlySet<string>): Map<number, number> {
    const found = asked.map((concept, at) => this.concept(concept, at === asked.length - 1));
    const rare = found.map(({ best, asTyped }, at) => {
      const common = Math.sqrt(best.size * (asTyped || best.size));
      return Math.log(1 + this.docs.length / (1 + common)) * said(asked[at], guesses);
    });
    const all = rare.reduce((sum, one) => sum + one, 0);
    const says = new Map<number, { score: number; covered: number; titled: number }>();
    found.forEach(({ best }, at) => {
      const worth = rare[at] ?? 0;
      const ways = asked[at]?.map((way) => way.words) ?? [];
      for (const [id, here] of best) {
        let section = says.get(id);
        if (!section) says.set(id, (section = { score: 0, covered: 0, titled: 0 }));
        section.score += here.score * worth;
        section.covered += here.covered * worth;
        if (ways.some((words) => words.every((word) => this.titles[id]?.has(word)))) section.titled += worth;
      }
    });
    const scores = new Map<number, number>();
    for (const [id, { score, covered, titled }] of says) {
      const fit = (covered / all) ** COVERAGE * (1 + titled / all + share(pairs, this.lines[id] ?? ""));
      scores.set(id, score * fit * (this.weights[id] ?? 1));
    }
    return this.nearer(scores, asked, rare, pairs);
  }

  /** The same, with more for the sections in which what is asked stands near each other: a long one may have each word for another reason. */
  private nearer(scores: Map<number, number>, asked: readonly Concept[], rare: readonly number[], pairs: readonly string[]): Map<number, number> {
    const which = new Map(
      asked.flatMap((concept, at) => concept.flatMap(({ words, worth }) => (worth === PARTS ? [] : words.map((word) => [word, at] as const)))).reverse(),
    );
    const all = rare.reduce((sum, one) => sum + one, 0);
    for (const [id, score] of [...scores].sort(([, one], [, other]) => other - one).slice(0, CLOSER_LOOK)) {
      const near = closest(this.texts[id] ?? [], which, rare);
      scores.set(id, score * (1 + near / all + SIDE_BY_SIDE * share(pairs, this.line(id))));
    }
    return scores;
  }

  /** A section's title and text without the words that say nothing. */
  private line(id: number): string {
    let line = this.read.get(id);
    if (line === undefined) {
      line = ` ${(this.texts[id] ?? []).flatMap(([word]) => (word === undefined || STOP.has(word) ? [] : [word])).join(" ")} `;
      this.read.set(id, line);
    }
    return line;
  }

  /** How well each section says one thing, in the way in which it says it best, how far that covers it, and how many say it as it was typed. */
  private concept(concept: Concept, last: boolean): Found {
    const best = new Map<number, { score: number; covered: number }>();
    let asTyped = 0;
    for (const { words, worth } of concept) {
      if (worth === PARTS && best.size > 0) continue; // the name itself stands somewhere
      const covered = worth === SYNONYM ? COVERED : 1;
      const each = words.map((word) => this.word(word, last));
      const [rarest] = [...each].sort((one, other) => one.size - other.size);
      const ids = worth === PARTS ? new Set(each.flatMap((scores) => [...scores.keys()])) : (rarest?.keys() ?? []);
      for (const id of ids) {
        let has = 0;
        let sum = 0;
        for (const scores of each) {
          const one = scores.get(id);
          if (one === undefined) continue;
          has += 1;
          sum += one;
        }
        if (has < words.length && (worth !== PARTS || has * 2 < words.length)) continue;
        if (worth === 1) asTyped += 1;
        const score = (worth * sum * has) / words.length ** 2;
        const known = best.get(id);
        if (!known) best.set(id, { score, covered });
        else {
          known.score = Math.max(known.score, score);
          known.covered = Math.max(known.covered, covered);
        }
      }
    }
    return { best, asTyped };
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

/** What one thing that is asked is worth for how it is said. */
function said(concept: Concept | undefined, guesses: ReadonlySet<string>): number {
  const words = concept?.find(({ worth }) => worth === 1)?.words ?? [];
  const guess = words.some((word) => guesses.has(word)) ? GUESSED : 1;
  return guess * (words.every((word) => SOFT.has(word)) ? SOFT_WORTH : 1);
}

/** How many of the pairs stand in a line, of all. */
const share = (pairs: readonly string[], line: string): number => pairs.filter((pair) => line.includes(pair)).length / (pairs.length || 1);

/** What is said at most within so many words, of the things asked that are found by their words and worth so much each. */
function closest(text: readonly (readonly string[])[], which: ReadonlyMap<string, number>, worth: readonly number[]): number {
  let best = 0;
  const last = new Map<number, number>();
  text.forEach((word, at) => {
    let what: number | undefined;
    for (const form of word) what ??= which.get(form);
    if (what === undefined) return;
    last.set(what, at);
    let here = 0;
    for (const [one, seen] of last) if (at - seen < NEAR) here += worth[one] ?? 0;
    best = Math.max(best, here);
  });
  return best;
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
  const long = [...terms].filter((term) => term.length > 3);
  const look: Fits = (word) =>
    forms(word).some((part) => terms.has(part) || long.some((term) => part.startsWith(term)));
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
