/**
 * One Python: a worker, from its start to its end, and the run that it has in hand.
 *
 * A program shares the worker with the runner's own code and may try to speak in its place. Therefore each start
 * and each run has a number that is told to the worker alone, and nothing is heard that does not bear it.
 */

import type { Way } from "./boot";
import type { Loading } from "./loading";
import { readMessage, type FromWorker, type Manifest, type Part, type ToWorker } from "./messages";

/** What is heard of a worker beside the output of its runs. */
export interface Life {
  ready(): void;
  progress(fraction: number, again: boolean): void;
  /** It is of no more use, for this reason. */
  lost(reason: string): void;
  /** What it needs could not be loaded. */
  failed(error: unknown): void;
}

/** The messages of a run, without those about the worker itself. */
export type OfRun = Exclude<FromWorker, { start: string }>;

/** More than the worker ever sends (see worker.ts), and how many more it may send each second. */
const MOST_MESSAGES = 8_000;
const MESSAGES_PER_SECOND = 40;

/** More of what a program has thrown is not repeated. */
const LONGEST_REASON = 500;

export class Interpreter {
  readonly start = secretNumber();
  ready = false;
  /** Whether a program has run here: from then on it may have been closed or blocked. */
  used = false;
  /** How it starts, once that is known. */
  way: Way | undefined;
  private readonly given = new Set<string>();
  private run = "";
  private heard = 0;
  private begun = 0;

  constructor(
    private readonly worker: Worker,
    /** Where its code stands, for it alone: taken back as soon as it has read it, or is ended. */
    private readonly address: string,
    private readonly life: Life,
    private readonly hear: (message: OfRun) => void,
  ) {
    worker.onmessage = ({ data }: MessageEvent<unknown>) => this.listen(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.life.lost(event.message?.slice(0, LONGEST_REASON) || "its worker ended");
    };
  }

  /** Loads what is missing and hands it over. */
  load(loading: Loading, root: string): void {
    loading
      .load({
        manifest: (manifest: Manifest, way) => {
          this.way = way;
          this.tell({ type: "boot", start: this.start, manifest, way, root, base: loading.base });
        },
        part: (path: string, part: Part) => this.tell({ type: "part", path, part }, part instanceof ArrayBuffer ? [part] : []),
        progress: (fraction, again) => this.life.progress(fraction, again),
      })
      .catch((error: unknown) => this.life.failed(error));
  }

  /** Hands over what has come beside what Python needs to start. */
  give(parts: ReadonlyMap<string, Part>): void {
    for (const [path, part] of parts) {
      if (this.given.has(path)) continue;
      this.given.add(path);
      this.tell({ type: "part", path, part });
    }
  }

  /** Starts a program. The worker says "began" first of all. */
  begin(source: string, filename: string): void {
    this.run = secretNumber();
    this.used = true;
    this.heard = 0;
    this.begun = performance.now();
    this.tell({ type: "run", run: this.run, source, filename });
  }

  /** Ends it for good. Nothing is heard of it any more. */
  end(): void {
    this.worker.onmessage = this.worker.onerror = null;
    this.worker.terminate();
    URL.revokeObjectURL(this.address);
  }

  private tell(message: ToWorker, given: Transferable[] = []): void {
    this.worker.postMessage(message, given);
  }

  private listen(data: unknown): void {
    const seconds = (performance.now() - this.begun) / 1000;
    if (++this.heard > MOST_MESSAGES + MESSAGES_PER_SECOND * seconds) {
      this.life.lost("it sent more messages than a page can take");
      return;
    }
    const message = readMessage(data, this.start, this.run);
    if (!message) return;
    if (message.type === "ready") {
      URL.revokeObjectURL(this.address);
      this.ready = true;
      this.life.ready();
    } else if (message.type === "boot-failed" || message.type === "died") {
      this.life.lost(message.reason);
    } else {
      if (message.type === "done") this.run = "";
      this.hear(message);
    }
  }
}

/** 128 bits that nobody can guess. */
function secretNumber(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, "0")).join("");
}
