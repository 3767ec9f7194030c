/** A claim as `…/c/ID.json` has it, fetched once, and what is said about it in words. */

export interface Source {
  readonly title: string;
  readonly publisher: string;
  readonly url: string;
  readonly quote: string;
  readonly retrieved: string;
  readonly supports: string;
}

export interface Claim {
  readonly id: string;
  readonly url: string;
  readonly statement: string;
  readonly badge: string;
  readonly evidence: string;
  readonly status: string;
  readonly since: string;
  readonly until: string;
  readonly since_precision: string;
  readonly sources: readonly Source[];
  readonly derived_from: readonly string[];
  readonly note: string;
  readonly overdue: boolean;
  readonly review_by: string;
  readonly cite: { readonly markdown: string; readonly bibtex: string };
}

/** After this time a marker is a plain link again. */
const PATIENCE_MS = 8_000;

const kept = new Map<string, Promise<Claim>>();

/** The claim of a page `…/c/ID/`. Fetched once; a failure is not kept. Rejects when there is nothing usable. */
export function loadClaim(page: string): Promise<Claim> {
  const address = new URL(page, location.href);
  address.search = address.hash = "";
  address.pathname = address.pathname.replace(/(?:index\.html)?$/, "");
  let claim = kept.get(address.href);
  if (!claim) {
    claim = fetchClaim(address);
    kept.set(address.href, claim);
    claim.catch(() => kept.delete(address.href));
  }
  return claim;
}

async function fetchClaim(page: URL): Promise<Claim> {
  const file = page.href.replace(/\/$/, ".json");
  const answer = await fetch(file, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  const text = await answer.text();
  const claim = JSON.parse(text) as Claim;
  if (typeof claim.statement !== "string" || !Array.isArray(claim.sources)) throw new Error(`${file}: not a claim`);
  const written = new URL(claim.url);
  if (written.origin === location.origin) return claim;
  // The site stands elsewhere than it was built for: a link that is copied here must lead here.
  const path = `c/${claim.id}/`;
  const rootOf = (address: string): string => address.slice(0, -path.length);
  return JSON.parse(text.replaceAll(rootOf(claim.url), rootOf(page.href))) as Claim;
}

/** As the pages say it (claim_words.py). A claim that stands needs no word. */
const STATUS_WORDS: Readonly<Record<string, string>> = {
  refuted: "Wrong",
  retracted: "Retracted",
  superseded: "Superseded",
  disputed: "Disputed",
  unverified: "Not verified",
};

const STATUS_SENTENCES: Readonly<Record<string, string>> = {
  refuted: "This is wrong.",
  retracted: "Withdrawn: this guide no longer says this.",
  superseded: "This has a successor.",
  disputed: "Sources disagree.",
  unverified: "Not verified.",
};

/** What has to be said before the statement is believed; "" for a claim that stands. */
export function statusSentence(claim: Claim): string {
  const words = STATUS_SENTENCES[claim.status] ?? "";
  return words || (claim.overdue ? `A review was due by ${day(claim.review_by)}.` : "");
}

/** For a refuted claim, what is so instead, in the first sentence of its note; "" where the note does not say it. */
export function answerWords(claim: Claim): string {
  const said = /^What is so(?: instead)?: (.+?[.;])(?:\s|$)/s.exec(claim.note)?.[1] ?? "";
  return claim.status === "refuted" ? `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/;$/, ".")}` : "";
}

const DOUBTS: Readonly<Record<string, string>> = {
  "at-or-before": " (or from earlier on)",
  unknown: " (start not certain)",
};

/** For which iOS versions the claim holds, in the words of its page; "" where it is not tied to a version. */
export function versionWords(claim: Claim): string {
  const [since, until] = [shortVersion(claim.since), shortVersion(claim.until)];
  if (!since) return until && `up to iOS ${until}`;
  return `iOS ${since} ${until ? `to iOS ${until}` : "and later"}${DOUBTS[claim.since_precision] ?? ""}`;
}

/** "26.0" as "26". */
export function shortVersion(version: string): string {
  return version.replace(/\.0$/, "");
}

/** "2026-11-21" as "21 November 2026". */
export function day(iso: string): string {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(date);
}

/**
 * The sentence and its address, for a chat: the one that the reader has read, where there is one, else the claim's own. What does not stand says so
 * first, and in the claim's words: folklore must not travel alone.
 */
export function chatText(claim: Claim, read = ""): string {
  const word = STATUS_WORDS[claim.status];
  const sentence = word ? claim.statement : read || claim.statement;
  return `${word ? `${word}: ` : ""}“${sentence}”\n${claim.url}`;
}
