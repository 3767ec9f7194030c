/**
 * The worker: boots Python from the parts that the page sends, then runs programs one after the other.
 *
 * It is bundled to a string and started from a blob, for a worker from a blob inherits the page's policy
 * (Content-Security-Policy), and one that is loaded by its address does not.
 */

import { loadPyodide } from "pyodide";
import type { PyCallable, PyProxy } from "pyodide/ffi";
import { boot, entries, site } from "./boot";
import type { FromWorker, Outcome, Part, ToWorker } from "./messages";
import { MOST_STALLS, SILENCE_MS, SLOWEST } from "./patience";

/** The worker's own scope; TypeScript's libraries for pages and for workers exclude each other. */
interface Scope {
  postMessage(message: FromWorker): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

interface Runner extends PyProxy {
  run: PyCallable;
  run_waiting(source: string, filename: string): Promise<PyProxy>;
  load(name: string): void;
  collect(): boolean;
}

/** The most that C code may write past `sys.stdout` in one run (fd 1 and 2), in UTF-16 units. */
const MOST_RAW_OUTPUT = 20_000;
const TOO_MUCH_RAW = "\n… more was written past sys.stdout, and is not shown";

/** What one run may send, and how many more messages each second; the rest stays here. Python sends fewer. */
const MOST_MESSAGES = 6_000;
const MESSAGES_PER_SECOND = 20;

/** How often one run may call what leaves the worker in other ways. */
const MOST_CALLS = 2_000;

const scope = self as unknown as Scope;
// Kept: a program may replace what is in the worker's scope (`import js`), and the runner must still be heard.
const post = scope.postMessage.bind(scope);
const now = performance.now.bind(performance);
const { apply } = Reflect;
const { slice } = String.prototype;
const { test } = RegExp.prototype;
const Request = XMLHttpRequest;
const { open, send: sendRequest } = Request.prototype;

const { includes } = String.prototype;
const { decode } = TextDecoder.prototype;

const OF_LIBRARY = /^ *File "\/lib\//;
/** The beginning of a line that may turn out to be one of the library's. */
const PERHAPS_OF_LIBRARY = /^ *(F|Fi|Fil|File( .*)?)?$/;
/** As Chromium, WebKit and Firefox say it. */
const TOO_DEEP = /call stack|too much recursion/i;
/** What is written past the streams without a line's end is sent no oftener. */
const PIECE_MS = 100;

const waiting = new Map<string, (part: Part) => void>();
const arriving = new Map<string, Promise<Part>>();
let runner: Promise<Runner> | undefined;
let start = "";
let current = "";
let runs = 0;
let rawOutput = 0;
let sent = 0;
let begun = 0;
let asked = 0;
let filesAreFull = (): boolean => false;

// The page listens to the runner alone, and a worker that is closed behind its back could not say so.
shadow("postMessage", () => undefined);
shadow("close", () => post({ type: "died", start, reason: "the program closed its worker" }));

// Each of these reaches the page, its console or the browser behind it past what is counted in `show`.
Object.defineProperty(console, "context", { value: undefined }); // where a browser has it, it gives another console
for (const name of Object.keys(console)) quieten(console, name);
for (const name of ["fetch", "reportError"] as const) quieten(scope, name);
for (const name of ["open", "send"] as const) quieten(XMLHttpRequest.prototype, name);
if ("locks" in navigator) quieten(LockManager.prototype, "request");
for (const name of ["Worker", "SharedWorker", "BroadcastChannel", "EventSource", "WebSocket", "WebTransport"]) shadow(name, undefined);

self.addEventListener("unhandledrejection", (event) => void (isTooMuch() && event.preventDefault()));

function isTooMuch(): boolean {
  asked += 1;
  return asked > MOST_CALLS + ((now() - begun) / 1000) * MESSAGES_PER_SECOND;
}

/** Lets a program call this no oftener than it may send messages. */
function quieten(holder: object, name: string): void {
  const call = (holder as Record<string, unknown>)[name];
  if (typeof call !== "function") return;
  const value = function (this: unknown, ...parts: unknown[]): unknown {
    if (!isTooMuch()) return apply(call, this === undefined ? scope : this, parts);
    if (holder === console) return undefined;
    throw new Error(`${name} was called too often`);
  };
  Object.defineProperty(holder, name, { value, writable: false, configurable: false });
}

/** Puts something in the place of one of the scope's own functions, wherever the browser keeps it. */
function shadow(name: string, value: (() => void) | undefined): void {
  for (let holder: object | null = scope; holder; holder = Object.getPrototypeOf(holder) as object | null) {
    if (!Object.hasOwn(holder, name)) continue;
    Object.defineProperty(holder, name, { get: () => value, set: () => undefined, configurable: false });
  }
}

/** Sends output of the present run, as long as there is not too much of it. */
function show(message: FromWorker): void {
  sent += 1;
  if (current && sent <= MOST_MESSAGES + ((now() - begun) / 1000) * MESSAGES_PER_SECOND) post(message);
}

/** A part that has come or will come; asked for and given in any order. */
function part(path: string): Promise<Part> {
  let promise = arriving.get(path);
  if (!promise) {
    promise = new Promise((resolve) => waiting.set(path, resolve));
    arriving.set(path, promise);
  }
  return promise;
}

function sendRaw(): void {
  out.send();
  err.send();
}

function send(kind: string, value: string): void {
  sendRaw();
  if (kind === "text") {
    show({ type: "text", run: current, text: value });
  } else if (kind === "picture") {
    show({ type: "picture", run: current, markup: value });
  } else if (kind === "sound") {
    const [title = "", audio = ""] = value.split("\n");
    show({ type: "sound", run: current, title, audio });
  } else {
    const [lines = 0, pictures = 0] = value.split(" ").map(Number);
    show({ type: "hidden", run: current, lines, pictures });
  }
}

/** What is written past Python's streams: `os.write(1, ...)`, or Python's last words. */
class Raw {
  private readonly decoder = new TextDecoder();
  private line = "";
  private sent = -Infinity;

  /** Called by Pyodide, with a view of Python's memory. */
  write(bytes: Uint8Array): number {
    // A line of the library's is in Python's last traceback, and not the reader's; where it is cut matters to nobody.
    const room = 2 * MOST_RAW_OUTPUT;
    const piece = bytes.length > room ? bytes.subarray(0, room) : bytes;
    this.take(apply(decode, this.decoder, [piece, { stream: true }]) as string);
    if (bytes.length > room) this.take("\n");
    return bytes.length;
  }

  /** Sends the beginning of a line, which waits for its end, and half a character. */
  end(): void {
    this.take(apply(decode, this.decoder, []) as string);
    this.send();
    this.sent = -Infinity;
  }

  /** Sends the beginning of a line, for what comes now comes after it. */
  send(): void {
    if (!this.line) return;
    const line = this.line;
    this.line = "";
    this.sent = now();
    printRaw(line);
  }

  private take(text: string): void {
    for (let place = 0; place < text.length; place += 1) {
      const end = text[place] === "\n";
      this.line += text[place];
      if (end) this.send();
    }
    if (this.line && now() - this.sent > PIECE_MS && !apply(test, PERHAPS_OF_LIBRARY, [this.line])) this.send();
  }
}

const out = new Raw();
const err = new Raw();

function printRaw(text: string): void {
  if (apply(test, OF_LIBRARY, [text])) return;
  const room = MOST_RAW_OUTPUT - rawOutput;
  if (room < 0) return;
  rawOutput += text.length + 8; // each is a message
  show({ type: "text", run: current, text: rawOutput <= MOST_RAW_OUTPUT ? text : `${apply(slice, text, [0, room])}${TOO_MUCH_RAW}\n` });
}

interface Archives extends PyProxy {
  install(there: PyProxy): void;
  add(name: string, data: PyProxy): void;
}

async function startPython({ manifest, way, root, base }: Extract<ToWorker, { type: "boot" }>): Promise<Runner> {
  const { python, there, isFull } = await boot(loadPyodide, manifest, way, { get: part }, (line) => (sendRaw(), printRaw(`${line}\n`)));
  filesAreFull = isFull;
  python.setStdin({ read: () => 0 });
  python.setStdout({ write: (bytes: Uint8Array) => (err.send(), out.write(bytes)) });
  python.setStderr({ write: (bytes: Uint8Array) => (out.send(), err.write(bytes)) });
  const { PythonError } = python.ffi;
  // An error in a callback that JavaScript makes ends neither Python nor the program, as an error in a timer ends no page.
  self.addEventListener("error", (event) => {
    if (!current || !(event.error instanceof PythonError)) return;
    event.preventDefault();
    sendRaw();
    show({ type: "text", run: current, text: apply(slice, event.error.message, [0, MOST_RAW_OUTPUT]) as string });
  });
  // Where nothing waits inside of a call, nobody else would hear of the end of Python.
  (python as unknown as { _api: { on_fatal: (error: unknown) => void } })._api.on_fatal = died;
  // WebKit ends a worker no earlier than it comes by JavaScript: a loop in Python then does so now and then, to look in here.
  if (!("Suspending" in WebAssembly)) python.setInterruptBuffer(new Uint8Array(1));
  const { Archives } = python.pyimport("_archives") as unknown as { Archives: (...args: unknown[]) => Archives };
  const sizes = new Map(manifest.archives.map(({ packed }) => [packed.path, packed.size]));
  const archives = Archives(python.toPy(entries(manifest)), (path: string) => python.toPy(fetchNow(base + path, sizes.get(path) ?? 0)), site);
  archives.install(python.toPy(there));
  for (const { name, path } of manifest.archives) {
    if (!there.includes(name)) void part(path).then((bytes) => archives.add(name, python.toPy(bytes)));
  }
  const { Runner } = python.pyimport("_execute") as unknown as { Runner: (...args: unknown[]) => Runner };
  return Runner(send, python.toPy(manifest.imports), root);
}

/**
 * A file of the bundle, at once: Python waits in the middle of an import. Nothing where it cannot be had.
 *
 * Nothing is heard of it before all of it has come, so that the time it may take goes by its size.
 */
function fetchNow(url: string, size: number): Uint8Array | undefined {
  const told = !isTooMuch(); // an import that fails may be tried without end
  for (let stalls = 0; ; stalls += 1) {
    if (told) post({ type: "fetching", run: current, again: stalls > 0 });
    const request = new Request();
    // An answer that is waited for elsewhere in the browser would be waited for here: it is asked for under another address.
    apply(open, request, ["GET", stalls ? `${url}?${stalls}` : url, false]);
    request.responseType = "arraybuffer";
    request.timeout = SILENCE_MS + (1000 * size) / SLOWEST;
    try {
      apply(sendRequest, request, []);
    } catch (error) {
      if ((error as DOMException).name === "TimeoutError" && stalls < MOST_STALLS) continue;
    }
    if (told) post({ type: "began", run: current });
    return request.status === 200 ? new Uint8Array(request.response as ArrayBuffer) : undefined;
  }
}

/** Imports what came first, one by one, until a program is to run: it then finds in place what it imports. */
async function preload(python: Runner, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await new Promise((next) => setTimeout(next));
    if (runs) return;
    python.load(name);
  }
}

async function run(request: Extract<ToWorker, { type: "run" }>): Promise<void> {
  runs += 1;
  post({ type: "began", run: request.run });
  const python = await runner;
  if (!python) return;
  current = request.run;
  rawOutput = sent = asked = 0;
  begun = now();
  // With stack switching `asyncio.run` and `time.sleep` wait as they do elsewhere. Without it `asyncio.run` is awaited.
  let result: PyProxy;
  if ("Suspending" in WebAssembly) result = await python.run.callPromising(request.source, request.filename);
  else if (apply(includes, request.source, ["asyncio"])) result = await python.run_waiting(request.source, request.filename);
  else result = python.run(request.source, request.filename, false) as PyProxy; // so nothing of a program's makes it wait
  out.end();
  err.end();
  const seconds = (now() - begun) / 1000;
  const [kind, status, line, text, hint]: [string, number, number, string, string] = result.toJs();
  result.destroy();
  let outcome: Outcome = { kind: "ok", seconds };
  if (kind === "exit") outcome = { kind, seconds, status };
  if (kind === "error") outcome = { kind, seconds, line, text, hint };
  post({ type: "done", run: request.run, outcome });
  current = "";
  if (!python.collect()) post({ type: "died", start, reason: "a program left tasks behind" });
  else if (filesAreFull()) post({ type: "died", start, reason: "a program left no room for files" });
}

/** It must be heard also where a program has taken away what its reason is put into words with. */
function died(error: unknown): void {
  let why = "why cannot be told";
  try {
    why = reason(error);
  } catch {
    // as it is
  }
  sendRaw();
  post({ type: "died", start, reason: why });
}

function reason(error: unknown): string {
  if (error instanceof Error && apply(test, TOO_DEEP, [error.message])) return "its calls were nested too deeply";
  return apply(slice, error instanceof Error ? `${error.name}: ${error.message}` : `${error as string}`, [0, 500]) as string;
}

scope.addEventListener("message", ({ data, isTrusted }) => {
  if (!isTrusted) return; // one that a program made
  if (data.type === "part") {
    void part(data.path);
    waiting.get(data.path)?.(data.part);
  } else if (data.type === "boot") {
    start = data.start;
    runner = startPython(data);
    runner.then(
      (python) => {
        post({ type: "ready", start });
        if (data.way === "plain") {
          void preload(python, data.manifest.archives.filter(({ first }) => first).flatMap(({ modules }) => modules));
        }
      },
      (error: unknown) => post({ type: "boot-failed", start, reason: reason(error) }),
    );
  } else {
    run(data).catch(died);
  }
});
