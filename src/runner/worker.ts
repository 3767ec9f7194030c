/**
 * The worker: boots Python from the parts that the page sends, then runs programs one after the other.
 *
 * It is bundled to a string and started from a blob, for a worker from a blob inherits the page's policy
 * (Content-Security-Policy), and one that is loaded by its address does not.
 */

import { loadPyodide } from "pyodide";
import type { PyCallable, PyProxy } from "pyodide/ffi";
import { boot } from "./boot";
import type { FromWorker, Manifest, Outcome, Part, ToWorker } from "./messages";
import execute from "./execute.py";

/** The worker's own scope; TypeScript's libraries for pages and for workers exclude each other. */
interface Scope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

interface Runner extends PyProxy {
  run: PyCallable;
  run_waiting(source: string, filename: string): Promise<PyProxy>;
  load(name: string): void;
  collect(): void;
}

/** The most that C code may write past `sys.stdout` in one run (fd 1 and 2), in UTF-16 units. */
const MOST_RAW_OUTPUT = 20_000;

const scope = self as unknown as Scope;
// Kept: a program may replace `postMessage` (`import js`), and the runner must still be heard.
const post = scope.postMessage.bind(scope);

const waiting = new Map<string, (part: Part) => void>();
const arriving = new Map<string, Promise<Part>>();
let runner: Promise<Runner> | undefined;
let current = 0;
let runs = 0;
let rawOutput = 0;

/** A part that has come or will come; asked for and given in any order. */
function part(path: string): Promise<Part> {
  let promise = arriving.get(path);
  if (!promise) {
    promise = new Promise((resolve) => waiting.set(path, resolve));
    arriving.set(path, promise);
  }
  return promise;
}

function send(kind: string, value: string): void {
  if (kind === "text") {
    post({ type: "text", run: current, text: value });
  } else if (kind === "picture") {
    post({ type: "picture", run: current, markup: value });
  } else if (kind === "sound") {
    const [title = "", audio = ""] = value.split("\n");
    post({ type: "sound", run: current, title, audio });
  } else {
    const [lines = 0, pictures = 0] = value.split(" ").map(Number);
    post({ type: "hidden", run: current, lines, pictures });
  }
}

/** Takes what is written past Python's streams: `os.write(1, ...)`, or Python's last words. */
function printRaw(line: string): void {
  if (/^ *File "(execute\.py|\/lib\/)/.test(line)) return; // in Python's last traceback, not the reader's
  rawOutput += line.length + 1;
  if (current && rawOutput <= MOST_RAW_OUTPUT) post({ type: "text", run: current, text: `${line}\n` });
}

async function start(manifest: Manifest, root: string): Promise<Runner> {
  const python = await boot(loadPyodide, manifest, { get: part }, printRaw);
  const names = python.toPy({ __name__: "runner" });
  python.runPython(execute, { globals: names, filename: "execute.py" });
  const make: PyCallable = names.get("Runner");
  const packages = python.toPy(manifest.packages.flatMap(({ imports }) => imports));
  return make(send, packages, root);
}

/** Imports the packages, one by one, until a program is to run: it then finds in place what it imports. */
async function preload(python: Runner, manifest: Manifest): Promise<void> {
  for (const name of manifest.packages.flatMap(({ imports }) => imports)) {
    await new Promise((next) => setTimeout(next));
    if (runs) return;
    python.load(name);
  }
}

async function run(request: Extract<ToWorker, { type: "run" }>): Promise<void> {
  runs += 1;
  const python = await runner;
  if (!python) return;
  current = request.run;
  rawOutput = 0;
  const begun = performance.now();
  // With stack switching `asyncio.run` and `time.sleep` wait as they do elsewhere. Without it `asyncio.run` leaves a
  // task behind, and the run is over when that is.
  const result: PyProxy =
    "Suspending" in WebAssembly
      ? await python.run.callPromising(request.source, request.filename)
      : await python.run_waiting(request.source, request.filename);
  const seconds = (performance.now() - begun) / 1000;
  const [kind, status, line, text, hint]: [string, number, number, string, string] = result.toJs();
  result.destroy();
  let outcome: Outcome = { kind: "ok", seconds };
  if (kind === "exit") outcome = { kind, seconds, status };
  if (kind === "error") outcome = { kind, seconds, line, text, hint };
  post({ type: "done", run: current, outcome });
  current = 0;
  python.collect();
}

function reason(error: unknown): string {
  if (error instanceof RangeError && /call stack/i.test(error.message)) return "its calls were nested too deeply";
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500);
}

scope.onmessage = ({ data }) => {
  if (data.type === "part") {
    void part(data.path);
    waiting.get(data.path)?.(data.part);
  } else if (data.type === "boot") {
    const { manifest, root } = data;
    runner = start(manifest, root);
    runner.then(
      (python) => {
        post({ type: "ready" });
        void preload(python, manifest);
      },
      (error: unknown) => post({ type: "boot-failed", reason: reason(error) }),
    );
  } else {
    run(data).catch((error: unknown) => post({ type: "died", reason: reason(error) }));
  }
};
