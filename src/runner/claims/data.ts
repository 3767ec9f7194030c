/** A claim as `…/c/ID.json` has it, fetched once, and what is said about it in words. */

export interface Source {
  readonly title: string;
  readonly publisher: string;
  readonly url: string;
  readonly quote: string;
  readonly retrieved: string;
  readonly supports: string;
}

/** What is said of a claim everywhere in the same words; `guide.claims.said` makes them. "" for what a claim does not have. */
export interface Said {
  /** What stands before the sentence where it goes around alone, as in "Wrong: …". */
  readonly warning: string;
  /** What has to be read before the sentence is believed. */
  readonly first: string;
  /** For a refuted claim, what is so instead, in one sentence. */
  readonly answer: string;
  readonly versions: string;
}

export interface Claim {
  readonly id: string;
  readonly url: string;
  readonly statement: string;
  readonly badge: string;
  readonly evidence: string;
  readonly status: string;
  readonly said: Said;
  readonly sources: readonly Source[];
  readonly derived_from: readonly string[];
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
  if (typeof claim.statement !== "string" || !Array.isArray(claim.sources) || typeof claim.said?.first !== "string") throw new Error(`${file}: not a claim`);
  const written = new URL(claim.url);
  if (written.origin === location.origin) return claim;
  // The site stands elsewhere than it was built for: a link that is copied here must lead here.
  const path = `c/${claim.id}/`;
  const rootOf = (address: string): string => address.slice(0, -path.length);
  return JSON.parse(text.replaceAll(rootOf(claim.url), rootOf(page.href))) as Claim;
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
  const word = claim.said.warning;
  const sentence = word ? claim.statement : read || claim.statement;
  return `${word ? `${word}: ` : ""}“${sentence}”\n${claim.url}`;
}
