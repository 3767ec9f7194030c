/**
 * Fetches the runtime's files, checks each by its hash, and keeps them for the life of the tab.
 *
 * What has arrived stays when another file fails, so a second try fetches only what is missing.
 */

import { neededFiles, partForm, type Way } from "./boot";
import { hex } from "./hex";
import { importedNames } from "./imports";
import { Loader } from "./loader";
import { readManifest, type Archive, type Failure, type Fetched, type Manifest, type PackedFile, type Part, type RuntimeFile, type Wanted } from "./messages";
import { MOST_STALLS, SHORT_SILENCE_MS, SILENCE_MS } from "./patience";

/** Why the runtime could not be loaded, in a sentence for the reader. */
export class LoadingError extends Error {}

/** The image of Python's memory cannot be had; there is another way to start. */
export class NoImage extends Error {}

/** Where the manifest is, and what it must be: a Subresource Integrity value ("sha256-…"). */
export interface RuntimeAddress {
  readonly url: string;
  readonly integrity: string;
}

export interface LoadingEvents {
  manifest(manifest: Manifest, way: Way): void;
  /** The bytes are the listener's alone. */
  part(path: string, part: Part): void;
  /** From 0 to 1, of the bytes of all files. `again`: the last that happened is that a file had to be asked for anew. */
  progress(fraction: number, again: boolean): void;
}

/** A file that did not arrive, or not as it should have. A copy from the server, past the cache, may be better. */
class Damaged extends Error {}

/** No more bytes came. They are asked for once more. */
class Stalled extends Error {}

/** Archives that few programs import from: they come when they are imported, and are not fetched beforehand. */
const RARE: readonly string[] = ["certificates", "library"];

const SITE_FAULT = "This is a fault of the site, not of your code.";

export class Loading {
  /** Goes back to the longer way when the image does not start in this browser, or cannot be had. */
  way: Way = "Suspending" in WebAssembly ? "image" : "plain"; // the image has stack switching in it
  private manifest: Promise<Manifest> | undefined;
  private readonly parts = new Map<string, Part | Blob>();
  private readonly archives = new Map<string, Promise<void>>();
  /** The archives that have come beside what a start needs, by path. */
  readonly extra = new Map<string, Part>();
  private readonly silences = new Set<Silence>();
  private readonly loader = new Loader();

  /** `stalled` hears when what a program waits for beside the start is asked for anew, because it fell silent. */
  constructor(
    private readonly address: RuntimeAddress,
    private readonly stalled: () => void,
  ) {}

  /** Fetches what is missing, and reports everything to `events`. Rejects with a `LoadingError`. */
  load(events: LoadingEvents): Promise<Manifest> {
    return this.loader.hold(() => this.loadAll(events));
  }

  private async loadAll(events: LoadingEvents): Promise<Manifest> {
    let [received, total] = [0, Infinity];
    const report = (again: boolean): void => events.progress(received / total, again);
    const manifest = await this.loadManifest(() => report(true));
    const { image } = manifest.files;
    if (!image) this.way = "plain";
    events.manifest(manifest, this.way);
    const files = neededFiles(manifest, this.way);
    total = files.reduce((sum, { size }) => sum + size, 0);
    const receive = (bytes: number, again = false): void => {
      received += bytes;
      report(again);
    };
    const cancel = new AbortController();
    try {
      await Promise.all(
        files.map(async (file) => {
          const kept = this.parts.get(file.path);
          if (kept === undefined) {
            const { part, twin } = await this.loadPart(manifest, file, receive, cancel.signal, true).catch((error: unknown) => {
              throw file === image && error instanceof LoadingError ? new NoImage(error.message) : error;
            });
            this.parts.set(file.path, twin ?? part);
            events.part(file.path, given(part));
          } else {
            receive(file.size);
            events.part(file.path, given(kept instanceof ArrayBuffer ? kept.slice(0) : kept));
          }
        }),
      );
    } catch (error) {
      cancel.abort();
      throw error;
    }
    return manifest;
  }

  /** Where the bundle is. */
  get base(): string {
    return new URL(".", this.address.url).href;
  }

  /** Fetches the archives that a program imports from. What fails is fetched again, and said, where it is imported. */
  async prepare(source: string): Promise<void> {
    const manifest = await this.loadManifest(() => undefined).catch(() => undefined);
    if (manifest) await Promise.all(missing(manifest, this.way, importedNames(source)).map((one) => this.archive(manifest, one)));
  }

  /** Fetches the archives that the next program may import from, one after the other, so that it finds them in place. */
  async rest(): Promise<void> {
    const { connection } = navigator as { connection?: { saveData?: boolean } };
    if (connection?.saveData) return;
    const manifest = await this.loadManifest(() => undefined).catch(() => undefined);
    if (!manifest) return;
    const inImage = held(manifest, this.way);
    for (const archive of manifest.archives) {
      if (!inImage.includes(archive.name) && !RARE.includes(archive.name)) await this.archive(manifest, archive);
    }
  }

  private archive(manifest: Manifest, archive: Archive): Promise<void> {
    let coming = this.archives.get(archive.path);
    if (this.parts.has(archive.path)) return Promise.resolve();
    coming ??= this.loadPart(manifest, archive, (_, again) => (again ? this.stalled() : undefined), new AbortController().signal).then(
      ({ part }) => void this.extra.set(archive.path, part as ArrayBuffer),
      () => void this.archives.delete(archive.path),
    );
    this.archives.set(archive.path, coming);
    return coming;
  }

  /** Asks again at once for what has been silent for a moment: somebody waits for it now. */
  hurry(): void {
    for (const silence of this.silences) silence.hurry();
  }

  private loadManifest(again: () => void): Promise<Manifest> {
    this.manifest ??= this.fetchManifest(again).catch((error: unknown) => {
      this.manifest = undefined;
      throw error;
    });
    return this.manifest;
  }

  private async fetchManifest(again: () => void): Promise<Manifest> {
    const { url, integrity } = this.address;
    const sha256 = hexOfIntegrity(integrity);
    const receive = (_: number, stalled = false): void => (stalled ? again() : undefined);
    const { part } = await fetchVerified(this.loader, url, { sha256, integrity }, this.silences, receive);
    try {
      return readManifest(new TextDecoder().decode(part as ArrayBuffer));
    } catch (error) {
      throw new LoadingError(`The list of the Python runtime's files cannot be used: ${String(error)}. ${SITE_FAULT}`);
    }
  }

  private async loadPart(
    manifest: Manifest,
    file: RuntimeFile,
    receive: Receive,
    signal: AbortSignal,
    twice = false,
  ): Promise<Fetched | { part: Blob; twin?: undefined }> {
    const url = new URL(file.path, this.address.url).href;
    const packed = "packed" in file ? new URL((file as PackedFile).packed.path, this.address.url).href : undefined;
    const form = partForm(manifest, file);
    const { sha256, size } = file;
    const expected = { sha256, integrity: integrityOfHex(sha256), size, packed, compile: form === "module", twice: twice && form === "bytes" };
    const came = await fetchVerified(this.loader, url, expected, this.silences, receive, signal);
    if (form !== "url") return came;
    return { part: new Blob([came.part as ArrayBuffer], { type: "text/javascript" }) };
  }
}

/** Each worker has an address of its own for the code that it gets, and takes it back. */
function given(part: Part | Blob): Part {
  return part instanceof Blob ? URL.createObjectURL(part) : part;
}

type Expected = Omit<Wanted, "id" | "url" | "cache">;

/** The names of the archives whose modules are there from the start, because the image has them. */
function held(manifest: Manifest, way: Way): readonly string[] {
  return way === "image" ? (manifest.files.image?.holds ?? []) : [];
}

/** The archives that a start lacks and that these names are in. Of two with the same name, the first comes with the start. */
function missing(manifest: Manifest, way: Way, names: ReadonlySet<string>): Archive[] {
  const inImage = held(manifest, way);
  const there = manifest.archives.filter(({ name, first }) => first || inImage.includes(name));
  const known = new Set(there.flatMap(({ modules }) => modules));
  const inside = (name: string, { modules }: Archive): boolean =>
    modules.some((module) => !known.has(module) && (name === module || name.startsWith(`${module}.`)));
  return manifest.archives.filter((archive) => !there.includes(archive) && [...names].some((name) => inside(name, archive)));
}

/** Told of bytes that came, or that were lost; `again` when the file is asked for anew because it fell silent. */
type Receive = (bytes: number, again?: boolean) => void;

/** Fetches a file; when it is missing or arrives damaged, once more past the browser's cache; when it falls silent, a few times more. */
async function fetchVerified(
  loader: Loader,
  url: string,
  expected: Expected,
  silences: Set<Silence>,
  receive: Receive,
  signal?: AbortSignal,
): Promise<Fetched> {
  let [damages, stalls] = [0, 0];
  for (;;) {
    let received = 0;
    const count = (bytes: number): void => {
      received += bytes;
      receive(bytes);
    };
    const silence = new Silence(signal);
    silences.add(silence);
    try {
      // A name with a hash in it always means the same bytes: what the browser has of it is good, however old. The second
      // time past its cache, which may hold what is damaged or was missing then, or still wait for what is silent.
      const cache = damages + stalls ? "reload" : "force-cache";
      return await fetchOnce(loader, url, expected, cache, silence, count);
    } catch (error) {
      const stalled = error instanceof Stalled;
      receive(-received, stalled);
      if (stalled ? ++stalls > MOST_STALLS : !(error instanceof Damaged) || damages++) {
        throw stalled || error instanceof Damaged ? new LoadingError(error.message) : error;
      }
    } finally {
      silences.delete(silence);
      silence.end();
    }
  }
}

/** Watches over one request: without a byte for a while, it is given up. */
class Silence {
  private readonly controller = new AbortController();
  private timer = 0;
  private since = 0;
  broken = false;

  constructor(private readonly outer?: AbortSignal) {
    outer?.addEventListener("abort", this.abort);
    if (outer?.aborted) this.abort();
    this.listen();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Something came. */
  listen(): void {
    this.since = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.giveUp(), SILENCE_MS);
  }

  hurry(): void {
    if (performance.now() - this.since >= SHORT_SILENCE_MS) this.giveUp();
  }

  end(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener("abort", this.abort);
  }

  private readonly abort = (): void => this.controller.abort();

  private giveUp(): void {
    this.broken = true;
    this.controller.abort();
  }
}

/** One attempt, in words where it fails. */
async function fetchOnce(
  loader: Loader,
  url: string,
  expected: Expected,
  cache: RequestCache,
  silence: Silence,
  receive: Receive,
): Promise<Fetched> {
  try {
    const came = (count: number): void => {
      silence.listen();
      receive(count);
    };
    return await loader.hold(() => loader.fetch({ url, ...expected, cache }, silence.signal, came));
  } catch (error) {
    if (silence.broken) throw new Stalled(silent(url));
    const why = error as Failure;
    if (why.kind === "damaged") throw new Damaged(damaged(url));
    if (why.kind === "missing") throw new Damaged(absent(url, why.status));
    if (why.kind === "not-compiled") throw new LoadingError(`This browser cannot compile Python: ${why.message}`);
    throw new LoadingError(offline(url));
  }
}

function damaged(url: string): string {
  return (
    `A file of the Python runtime is damaged on its way or on the server, twice in a row: ${name(url)}. ` +
    `${SITE_FAULT} Press Run to try again.`
  );
}

function absent(url: string, status: number): string {
  return (
    `A file of the Python runtime is missing on the server: ${name(url)} (status ${status}). ${SITE_FAULT} ` +
    "If the site was updated while this page was open, reload the page; else press Run to try again."
  );
}

function silent(url: string): string {
  return (
    `The server has stopped sending while Python was loading, several times in a row (${name(url)}). ` +
    "Press Run to try again; what has arrived is kept."
  );
}

function offline(url: string): string {
  const why = navigator.onLine ? "The connection broke off" : "There is no network";
  return `${why} while Python was loading (${name(url)}). Press Run to try again; what has arrived is kept.`;
}

function name(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

function hexOfIntegrity(integrity: string): string {
  const bytes = Uint8Array.from(atob(integrity.replace(/^sha256-/, "")), (character) => character.charCodeAt(0));
  return hex(bytes.buffer);
}

function integrityOfHex(sha256: string): string {
  const bytes = sha256.match(/../g) ?? [];
  return `sha256-${btoa(String.fromCharCode(...bytes.map((byte) => parseInt(byte, 16))))}`;
}
