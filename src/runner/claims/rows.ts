/** The rows of the index as data: what they can be filtered by, and which of them fit. */

import { shortVersion } from "./data";

export interface Row {
  readonly element: HTMLElement;
  readonly text: string;
  readonly mechanism: string;
  readonly mechanismWords: string;
  readonly evidence: string;
  readonly evidenceWords: string;
  readonly status: string;
  /** The word on the row's mark; "" where it has none, for what stands. */
  readonly statusWords: string;
  readonly since: string;
  readonly until: string;
}

export interface Wanted {
  readonly text: string;
  readonly mechanism: string;
  readonly evidence: string;
  readonly status: string;
}

/** Apple went from iOS 18 to iOS 26. */
const LAST_BEFORE_THE_JUMP = 18;
const FIRST_AFTER_THE_JUMP = 26;

const folded = new WeakMap<Row, string>();

const fold = (text: string): string =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[‘’]/g, "'").replaceAll("`", "").toLowerCase();

/** Whether a row has all words and all chosen values; "" chooses all. */
export function matches(row: Row, wanted: Wanted): boolean {
  if (wanted.mechanism && row.mechanism !== wanted.mechanism) return false;
  if (wanted.evidence && row.evidence !== wanted.evidence) return false;
  if (wanted.status && row.status !== wanted.status) return false;
  if (!wanted.text.trim()) return true; // six hundred sentences are not read for nothing
  let text = folded.get(row);
  if (text === undefined) folded.set(row, (text = fold(row.text)));
  return fold(wanted.text)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Whether a row holds on an iOS version. A row with no version holds on each; "until 18" has 18.2 in it. */
export function holdsOn(row: Row, version: string): boolean {
  const asked = numbers(version);
  const until = numbers(row.until);
  const begun = !row.since || compare(numbers(row.since), asked) <= 0;
  return begun && (!row.until || compare(asked.slice(0, until.length), until) <= 0);
}

/** The values of a column with their words, in the order of the rows. */
export function choices(rows: readonly Row[], column: "mechanism" | "evidence" | "status"): [string, string][] {
  const words = new Map<string, string>();
  for (const row of rows) {
    const value = row[column];
    if (value && !words.has(value)) words.set(value, row[`${column}Words`] || value);
  }
  return [...words];
}

/** The iOS versions to choose from, newest first: each that a row names, and the major ones between them. */
export function versions(rows: readonly Row[]): string[] {
  const named = new Set(rows.flatMap(({ since, until }) => [since, until]).filter(Boolean).map(shortVersion));
  const majors = [...named].map((version) => numbers(version)[0] ?? 0);
  for (let major = Math.min(...majors); major <= Math.max(...majors); major += 1) {
    if (major <= LAST_BEFORE_THE_JUMP || major >= FIRST_AFTER_THE_JUMP) named.add(String(major));
  }
  return [...named].sort((one, other) => compare(numbers(other), numbers(one)));
}

const numbers = (version: string): number[] => version.split(".").map(Number);

/** Less than, equal to or more than zero; missing parts count as zero. */
function compare(one: readonly number[], other: readonly number[]): number {
  for (let place = 0; place < Math.max(one.length, other.length); place += 1) {
    const difference = (one[place] ?? 0) - (other[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
