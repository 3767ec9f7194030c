/**
 * Python in this tab: one interpreter for all snippets, which run one after the other, and a spare where it helps.
 *
 * The state is the module's own, so it outlives the page under instant navigation: elements come and go, the
 * interpreter and the files of the runtime stay. An interpreter is used again as long as only programs have run in
 * it that came with the site. One that ran a reader's version is ended after it, and Stop ends it too; the spare,
 * warmed beforehand from the kept files, takes its place.
 */

import { Interpreter, type OfRun } from "./interpreter";
import { Loading, LoadingError, NoImage, type RuntimeAddress } from "./loading";
import type { Outcome } from "./messages";
import { PictureError, readPicture } from "./picture";
import workerCode from "bundle:worker";

/** How a run ended. */
export type Ending =
  | { readonly kind: "finished"; readonly outcome: Outcome }
  | { readonly kind: "stopped" }
  /** The runtime did not load; nothing was run. */
  | { readonly kind: "not-loaded"; readonly message: string }
  /** The interpreter died under the program. */
  | { readonly kind: "crashed"; readonly message: string };

/** What a snippet hears of its run, in this order; the last call is always `ended`. */
export interface Client {
  waiting(behind: string): void;
  /** `fraction` is 1 in the middle of a program. `again`: no more bytes came for a while, and what is missing is asked for once more. */
  loading(fraction: number, again: boolean): void;
  starting(): void;
  running(): void;
  text(text: string): void;
  picture(picture: SVGElement): void;
  sound(title: string, sound: Blob): void;
  note(text: string): void;
  hidden(lines: number, pictures: number): void;
  ended(ending: Ending): void;
}

export interface Program {
  readonly source: string;
  readonly filename: string;
  /** Whether it is another than the one that came with the page. */
  readonly changed: boolean;
}

/** A run that was asked for. */
export interface Run {
  stop(): void;
}

interface Job extends Program {
  readonly client: Client;
  /** What it imports has come. */
  prepared: boolean;
  begun: boolean;
  /** The worker has heard of it. */
  heard: boolean;
  timer: number;
  /** UTF-16 units of text and number of pictures taken so far. */
  text: number;
  pictures: number;
  markup: number;
  tags: number;
  sounds: number;
}

/** More than execute.py ever sends in one run, whose characters in markup are one or two units each; the rest did not come from there and is dropped. */
const MOST_TEXT = 300_000;
const MOST_PICTURES = 60;
const MOST_MARKUP = 4_500_000;
const MOST_TAGS = 12_000;
const MOST_SOUNDS = 5;

/** A worker that has run something says at once that it has heard of the next run, or it is closed or blocked. */
const ANSWER_MS = 1_000;
/** A program that runs for so long may have to be stopped. */
const LONG_MS = 500;
/** In GB, where the browser tells: with less there is no spare. */
const LITTLE_MEMORY = 2;

/** After the first output, what other programs may import is fetched. */
const REST_MS = 1_000;

const OTHER_BROWSER = "The tested output stays; a newer browser runs the code too.";

/** Who speaks to the worker itself or to the interpreter's inside may leave anything behind. */
const REACHES_INSIDE = /\b(js|pyodide|pyodide_js|_pyodide|_pyodide_core|ctypes|gc|addaudithook|sys\.monitoring|linecache|contextvars)\b/;

export class Host {
  private readonly loading: Loading;
  /** The first is the one that runs or will run next; the others wait. */
  private readonly jobs: Job[] = [];
  private current: Interpreter | undefined;
  private spare: Interpreter | undefined;
  private fraction = 0;
  private again = false;

  constructor(private readonly address: RuntimeAddress) {
    this.loading = new Loading(address, () => this.progress(this.fraction, true));
  }

  /** Starts an interpreter and the loading, unless they are there. What fails now shows at the next run only. */
  warm(): void {
    if (this.current) return;
    try {
      this.current = this.start();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Starts a spare, for the interpreter that is there will be ended. Only once that one has loaded everything. */
  warmSpare(): void {
    const { deviceMemory = Infinity } = navigator as { deviceMemory?: number };
    if (this.spare || !this.current?.ready || deviceMemory <= LITTLE_MEMORY) return;
    this.spare = this.start();
  }

  /** Runs a program as soon as those before it have ended. */
  run(program: Program, client: Client): Run {
    const job: Job = { ...program, client, prepared: false, begun: false, heard: false, timer: 0, text: 0, pictures: 0, markup: 0, tags: 0, sounds: 0 };
    this.jobs.push(job);
    this.warm();
    this.loading.hurry();
    void this.loading.prepare(job.source).then(() => {
      job.prepared = true;
      this.again = false;
      this.advance();
    });
    this.advance();
    return { stop: () => this.stop(job) };
  }

  private start(): Interpreter {
    const made: Interpreter = new Interpreter(
      ...startWorker(),
      {
        ready: () => {
          if (made === this.current) this.advance();
        },
        progress: (fraction, again) => {
          if (made === this.current) this.progress(fraction, again);
        },
        lost: (reason) => this.lost(made, reason),
        failed: (error) => {
          if (made === this.spare) this.endSpare();
          else if (made === this.current) this.fail(error);
        },
      },
      (message) => {
        const [job] = this.jobs;
        if (made === this.current && job?.begun) this.hear(job, message);
      },
    );
    made.load(this.loading, new URL("..", this.address.url).href);
    return made;
  }

  private stop(job: Job): void {
    if (!this.jobs.includes(job)) return;
    if (job.begun) this.replace();
    this.end(job, { kind: "stopped" });
  }

  private progress(fraction: number, again: boolean): void {
    this.fraction = fraction;
    this.again = again;
    this.advance();
  }

  /** Starts the first job when Python is ready, and tells each waiting one what it waits for. */
  private advance(): void {
    const [first, ...others] = this.jobs;
    if (first && !first.begun) {
      if (this.current?.ready && first.prepared) this.begin(first, this.current);
      else if (this.fraction < 1 || this.again) first.client.loading(this.fraction, this.again);
      else first.client.starting();
    }
    for (const { client } of others) client.waiting(first?.filename ?? "");
  }

  private begin(job: Job, interpreter: Interpreter): void {
    job.begun = true;
    job.client.running();
    const answers = interpreter.used;
    interpreter.give(this.loading.extra);
    interpreter.begin(job.source, job.filename);
    if (answers) job.timer = setTimeout(() => this.beginElsewhere(job), ANSWER_MS);
    else this.began(job);
  }

  private began(job: Job): void {
    job.heard = true;
    clearTimeout(job.timer);
    if (job.changed) this.warmSpare();
    else job.timer = setTimeout(() => this.warmSpare(), LONG_MS);
  }

  /** Nobody answers in the worker: whatever ran there before has closed or blocked it. */
  private beginElsewhere(job: Job): void {
    clearTimeout(job.timer);
    job.begun = false;
    this.replace();
    this.advance();
  }

  private hear(job: Job, message: OfRun): void {
    const { client } = job;
    if (message.type === "began") {
      if (job.heard) client.running();
      else this.began(job);
    } else if (message.type === "fetching") {
      client.loading(1, message.again);
    } else if (message.type === "text") {
      job.text += message.text.length;
      if (job.text <= MOST_TEXT) client.text(message.text);
    } else if (message.type === "picture") {
      job.pictures += 1;
      job.markup += message.markup.length;
      job.tags += message.markup.split("<").length;
      if (job.pictures <= MOST_PICTURES && job.markup <= MOST_MARKUP && job.tags <= MOST_TAGS) showPicture(client, message.markup);
    } else if (message.type === "sound") {
      job.sounds += 1;
      if (job.sounds <= MOST_SOUNDS) playSound(client, message.title, message.audio);
    } else if (message.type === "hidden") {
      client.hidden(message.lines, message.pictures);
    } else {
      if (job.changed || REACHES_INSIDE.test(job.source)) this.replace();
      this.end(job, { kind: "finished", outcome: message.outcome });
      setTimeout(() => void this.loading.rest(), REST_MS);
    }
  }

  private end(job: Job, ending: Ending): void {
    clearTimeout(job.timer);
    this.jobs.splice(this.jobs.indexOf(job), 1);
    job.client.ended(ending);
    this.advance();
  }

  /** A worker is of no more use: under a program that is a crash of this program, before it what the last one left, else Python did not start. */
  private lost(interpreter: Interpreter, reason: string): void {
    if (interpreter === this.spare) this.endSpare();
    if (interpreter !== this.current) return;
    const [job] = this.jobs;
    if (job?.begun && !job.heard) {
      this.beginElsewhere(job);
    } else if (job?.begun) {
      this.replace();
      this.end(job, { kind: "crashed", message: `Python crashed (${reason}). The next Run starts a fresh one.` });
    } else if (interpreter.used) {
      this.replace();
    } else if (interpreter.way === "image") {
      this.startPlainly();
    } else {
      this.fail(new LoadingError(`Python did not start in this browser (${reason}). ${OTHER_BROWSER}`));
    }
  }

  /** The image does not start, or cannot be had: the other way needs nothing that a browser may lack. */
  private startPlainly(): void {
    this.loading.way = "plain";
    this.endSpare();
    this.replace();
  }

  private fail(error: unknown): void {
    if (error instanceof NoImage) {
      this.startPlainly();
      return;
    }
    this.loading.way = "image"; // the next try may have better luck
    this.endCurrent();
    this.endSpare();
    const message = error instanceof LoadingError ? error.message : `Python could not be loaded: ${String(error)}`;
    for (const job of this.jobs.splice(0)) job.client.ended({ kind: "not-loaded", message });
  }

  /** Ends the interpreter, and puts the spare or a new one in its place. */
  private replace(): void {
    this.endCurrent();
    this.current = this.spare;
    this.spare = undefined;
    this.warm();
  }

  private endCurrent(): void {
    this.current?.end();
    this.current = undefined;
  }

  private endSpare(): void {
    this.spare?.end();
    this.spare = undefined;
  }
}

function showPicture(client: Client, markup: string): void {
  try {
    client.picture(readPicture(markup));
  } catch (error) {
    // Its parts may be nested more deeply than can be followed.
    client.note(`A picture is not shown: ${error instanceof PictureError ? error.message : "it cannot be read."}`);
  }
}

function playSound(client: Client, title: string, audio: string): void {
  try {
    const letters = atob(audio);
    // One by one: to be given each as a string of its own takes twenty times as long.
    const bytes = new Uint8Array(letters.length);
    for (let place = 0; place < bytes.length; place += 1) bytes[place] = letters.charCodeAt(place);
    client.sound(title, new Blob([bytes], { type: "audio/mpeg" }));
  } catch {
    client.note("A sound cannot be played: what came is no base64.");
  }
}

let code: Blob | undefined;

function startWorker(): [worker: Worker, address: string] {
  code ??= new Blob([workerCode], { type: "text/javascript" });
  let asked = false;
  // Under an address of its own: a program can take back the one that its worker came from.
  const address = URL.createObjectURL(code);
  const worker = new Worker(address, {
    name: "python",
    // A browser that knows module workers reads this; one that does not would start a useless classic one.
    get type(): WorkerType {
      asked = true;
      return "module";
    },
  });
  if (!asked) {
    worker.terminate();
    URL.revokeObjectURL(address);
    throw new LoadingError(`This browser cannot run Python: it has no module workers. ${OTHER_BROWSER}`);
  }
  return [worker, address];
}
