/**
 * Everything that the page and the worker say to each other, and the check of what the worker says.
 *
 * The reader's code runs in the worker and can post what it likes (`import js`). The page therefore takes
 * nothing from there but the shapes below, in bounded sizes.
 */

/** The roles that `manifest.json` may give to a file of the runtime. */
export type Role = "asm" | "wasm";

export interface RuntimeFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** A file that gzip has packed too, for hosts that compress no binaries. */
export interface PackedFile extends RuntimeFile {
  readonly packed: RuntimeFile;
}

/** Memory of a Python that has started. */
export interface ImageFile extends PackedFile {
  /** The archives of which all modules that a program may need are in it. */
  readonly holds: readonly string[];
}

/** A zip of modules under the dotted names `modules`. Those that are not `first` are fetched when a program needs them. */
export interface Archive extends PackedFile {
  readonly name: string;
  readonly modules: readonly string[];
  readonly first: boolean;
}

/** `manifest.json` of the runtime bundle. */
export interface Manifest {
  readonly schema: 2;
  readonly pyodide: string;
  readonly python: string;
  readonly files: Readonly<Record<Role, RuntimeFile>> & { readonly image?: ImageFile };
  readonly archives: readonly Archive[];
  /** What a program may import beside the standard library. */
  readonly imports: readonly string[];
  readonly lock: object;
}

/** A verified file, in the form in which the worker wants it: bytes, the URL of a blob, or a compiled module. */
export type Part = ArrayBuffer | string | WebAssembly.Module;

/** One attempt at one file. `size` is known but for the manifest; `packed` is the address of the same file as gzip leaves it. */
export interface Wanted {
  readonly id: number;
  readonly url: string;
  readonly sha256: string;
  /** The same hash, in the browser's own form. */
  readonly integrity: string;
  readonly size?: number;
  readonly packed?: string | undefined;
  readonly cache: RequestCache;
  /** It is WebAssembly, and wanted as a module. */
  readonly compile?: boolean;
  /** Its bytes are wanted twice: to be given away, and to be kept. */
  readonly twice?: boolean;
}

/** What came of an attempt; `twin` is the same bytes once more. */
export interface Fetched {
  readonly part: ArrayBuffer | WebAssembly.Module;
  readonly twin?: ArrayBuffer;
}

/** A file, or that one is not wanted any more. */
export type ToFetcher = Wanted | { readonly id: number };

/** Why an attempt came to nothing. */
export type Failure =
  | { readonly kind: "damaged" | "lost" }
  | { readonly kind: "missing"; readonly status: number }
  | { readonly kind: "not-compiled"; readonly message: string };

/** `bytes` is how many came since the last message. */
export type FromFetcher =
  | { readonly id: number; readonly type: "came"; readonly bytes: number }
  | ({ readonly id: number; readonly type: "done"; readonly bytes: number } & Fetched)
  | { readonly id: number; readonly type: "failed"; readonly why: Failure };

export type ToWorker =
  /** First of all: what there will be, the address of the site's root, below which a program may fetch files, and that of the bundle. */
  | { readonly type: "boot"; readonly start: string; readonly manifest: Manifest; readonly way: "image" | "plain"; readonly root: string; readonly base: string }
  /** One file of the manifest has arrived and its hash is right. */
  | { readonly type: "part"; readonly path: string; readonly part: Part }
  | { readonly type: "run"; readonly run: string; readonly source: string; readonly filename: string };

/** How a program ended that Python saw to its end. `line` is the reader's own innermost line, or 0. */
export type Outcome =
  | { readonly kind: "ok"; readonly seconds: number }
  | { readonly kind: "exit"; readonly seconds: number; readonly status: number }
  | {
      readonly kind: "error";
      readonly seconds: number;
      readonly line: number;
      readonly text: string;
      readonly hint: string;
    };

/** Each bears the number of its run, or that of the worker's start, which no program can know. */
export type FromWorker =
  | { readonly type: "ready"; readonly start: string }
  | { readonly type: "boot-failed"; readonly start: string; readonly reason: string }
  /** The worker has heard of the run. */
  | { readonly type: "began"; readonly run: string }
  /** A file that the program imports is fetched, or asked for once more; "began" follows when it has come. */
  | { readonly type: "fetching"; readonly run: string; readonly again: boolean }
  | { readonly type: "text"; readonly run: string; readonly text: string }
  | { readonly type: "picture"; readonly run: string; readonly markup: string }
  /** An MP3 file in base64. */
  | { readonly type: "sound"; readonly run: string; readonly title: string; readonly audio: string }
  /** Output beyond the limit so far: it is counted and not sent. */
  | { readonly type: "hidden"; readonly run: string; readonly lines: number; readonly pictures: number }
  | { readonly type: "done"; readonly run: string; readonly outcome: Outcome }
  /** The interpreter is gone; this worker can run nothing more. */
  | { readonly type: "died"; readonly start: string; readonly reason: string };

/** Limits of one message, in UTF-16 units. What exceeds them was not made by execute.py. */
const LONGEST_TEXT = 400_000;
const LONGEST_MARKUP = 1_000_000;
const LONGEST_REASON = 4_000;
const LONGEST_TITLE = 200;
const LONGEST_AUDIO = 700_000;

/** Where it cannot be read how a run ended, it has ended all the same. */
const UNREADABLE: Outcome = { kind: "error", seconds: 0, line: 0, text: "How the program ended cannot be told.\n", hint: "" };

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length <= longest;
}

function readOutcome(value: unknown): Outcome | undefined {
  if (!isFields(value)) return undefined;
  const { kind, seconds, status, line, text, hint } = value;
  if (typeof seconds !== "number" || !(seconds >= 0)) return undefined;
  if (kind === "ok") return { kind, seconds };
  if (kind === "exit" && Number.isSafeInteger(status)) return { kind, seconds, status: status as number };
  if (kind === "error" && isCount(line) && isText(text, LONGEST_TEXT) && isText(hint, LONGEST_REASON)) {
    return { kind, seconds, line, text, hint };
  }
  return undefined;
}

/** Reads a message of the worker with this start and this run; `undefined` when it is not exactly of a known shape. */
export function readMessage(data: unknown, start: string, run: string): FromWorker | undefined {
  if (!isFields(data)) return undefined;
  const { type } = data;
  if (data.start === start) {
    if (type === "ready") return { type, start };
    if ((type === "boot-failed" || type === "died") && isText(data.reason, LONGEST_REASON)) {
      return { type, start, reason: data.reason };
    }
  }
  if (!run || data.run !== run) return undefined;
  if (type === "began") return { type, run };
  if (type === "fetching" && typeof data.again === "boolean") return { type, run, again: data.again };
  if (type === "text" && isText(data.text, LONGEST_TEXT)) return { type, run, text: data.text };
  if (type === "picture" && isText(data.markup, LONGEST_MARKUP)) return { type, run, markup: data.markup };
  if (type === "sound" && isText(data.title, LONGEST_TITLE) && isText(data.audio, LONGEST_AUDIO)) {
    return { type, run, title: data.title, audio: data.audio };
  }
  if (type === "hidden" && isCount(data.lines) && isCount(data.pictures)) {
    return { type, run, lines: data.lines, pictures: data.pictures };
  }
  if (type === "done") return { type, run, outcome: readOutcome(data.outcome) ?? UNREADABLE };
  return undefined;
}

function isFile(value: unknown): value is RuntimeFile {
  return (
    isFields(value) &&
    isText(value.path, 300) &&
    /^[\w.+-]+$/.test(value.path) &&
    isText(value.sha256, 64) &&
    /^[0-9a-f]{64}$/.test(value.sha256) &&
    isCount(value.size)
  );
}

function isPacked(value: unknown): value is PackedFile {
  return isFile(value) && isFile((value as Partial<PackedFile>).packed);
}

/** Reads `manifest.json`. Throws an `Error` that says what is wrong with it. */
export function readManifest(text: string): Manifest {
  const value: unknown = JSON.parse(text);
  if (!isFields(value) || value.schema !== 2) throw new Error("its schema is not 2");
  const { files, archives, imports, lock } = value;
  if (!isFields(files) || !isFields(lock) || !Array.isArray(archives)) throw new Error("it lists no files");
  for (const role of ["asm", "wasm"]) {
    if (!isFile(files[role])) throw new Error(`it has no usable entry for ${role}`);
  }
  if (files.image !== undefined) {
    const { holds } = isFields(files.image) ? files.image : {};
    if (!isPacked(files.image) || !isNames(holds)) throw new Error("it has no usable entry for image");
  }
  for (const entry of archives as unknown[]) {
    const { name, modules } = isFields(entry) ? entry : {};
    if (!isPacked(entry) || !isText(name, 40) || !isNames(modules)) throw new Error("one of its archives has no usable entry");
  }
  if (!isNames(imports)) throw new Error("it does not say what can be imported");
  return value as unknown as Manifest;
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
