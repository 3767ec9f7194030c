/**
 * Python in this tab: one worker for all snippets, which run one after the other.
 *
 * The state is the module's own, so it outlives the page under instant navigation: elements come and go, the
 * worker and the files of the runtime stay. Stop ends the worker and starts a fresh one from the kept files.
 */

import { Loading, LoadingError, type RuntimeAddress } from "./loading";
import { readMessage, type FromWorker, type Outcome, type ToWorker } from "./messages";
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
  loading(fraction: number): void;
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
}

/** A run that was asked for. */
export interface Run {
  stop(): void;
}

interface Job extends Program {
  readonly id: number;
  readonly client: Client;
  begun: boolean;
  /** UTF-16 units of text and number of pictures taken so far. */
  text: number;
  pictures: number;
  sounds: number;
}

/** More than execute.py ever sends in one run; the rest did not come from there and is dropped. */
const MOST_TEXT = 300_000;
const MOST_PICTURES = 60;
const MOST_SOUNDS = 5;

const OTHER_BROWSER = "The tested output stays; a newer browser runs the code too.";

export class Host {
  private readonly loading: Loading;
  /** The first is the one that runs or will run next; the others wait. */
  private readonly jobs: Job[] = [];
  private lastId = 0;
  private worker: Worker | undefined;
  private ready = false;
  private fraction = 0;

  constructor(private readonly address: RuntimeAddress) {
    this.loading = new Loading(address);
  }

  /** Starts the worker and the loading, unless they are there. What fails now shows at the next run only. */
  warm(): void {
    if (this.worker) return;
    try {
      const worker = startWorker();
      this.worker = worker;
      worker.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (this.worker === worker) this.hear(readMessage(data));
      };
      worker.onerror = (event) => {
        event.preventDefault();
        if (this.worker === worker) this.lost(event.message || "its worker ended");
      };
      const tell = (message: ToWorker): void => worker.postMessage(message);
      this.loading
        .load({
          manifest: (manifest) => tell({ type: "boot", manifest, root: new URL("..", this.address.url).href }),
          part: (path, part) => tell({ type: "part", path, part }),
          progress: (fraction) => this.progress(fraction),
        })
        .catch((error: unknown) => {
          if (this.worker === worker) this.fail(error);
        });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Runs a program as soon as those before it have ended. */
  run(program: Program, client: Client): Run {
    const job: Job = { ...program, id: ++this.lastId, client, begun: false, text: 0, pictures: 0, sounds: 0 };
    this.jobs.push(job);
    this.warm();
    this.advance();
    return { stop: () => this.stop(job) };
  }

  private stop(job: Job): void {
    if (!this.jobs.includes(job)) return;
    if (job.begun) this.endWorker();
    this.end(job, { kind: "stopped" });
    this.warm();
  }

  private progress(fraction: number): void {
    this.fraction = fraction;
    this.advance();
  }

  /** Starts the first job when Python is ready, and tells each waiting one what it waits for. */
  private advance(): void {
    const [first, ...others] = this.jobs;
    if (first && !first.begun) {
      if (this.ready) {
        first.begun = true;
        first.client.running();
        this.worker?.postMessage({
          type: "run",
          run: first.id,
          source: first.source,
          filename: first.filename,
        } satisfies ToWorker);
      } else if (this.fraction < 1) {
        first.client.loading(this.fraction);
      } else {
        first.client.starting();
      }
    }
    for (const { client } of others) client.waiting(first?.filename ?? "");
  }

  private hear(message: FromWorker | undefined): void {
    if (!message) return;
    if (message.type === "ready") {
      this.ready = true;
      this.advance();
    } else if (message.type === "boot-failed" || message.type === "died") {
      this.lost(message.reason);
    } else {
      const [job] = this.jobs;
      // Only what the present run says counts: something late must not show in, or end, another run.
      if (job?.begun && job.id === message.run) this.hearRun(job, message);
    }
  }

  private hearRun(job: Job, message: Extract<FromWorker, { run: number }>): void {
    const { client } = job;
    if (message.type === "text") {
      job.text += message.text.length;
      if (job.text <= MOST_TEXT) client.text(message.text);
    } else if (message.type === "picture") {
      job.pictures += 1;
      if (job.pictures <= MOST_PICTURES) showPicture(client, message.markup);
    } else if (message.type === "sound") {
      job.sounds += 1;
      if (job.sounds <= MOST_SOUNDS) playSound(client, message.title, message.audio);
    } else if (message.type === "hidden") {
      client.hidden(message.lines, message.pictures);
    } else {
      this.end(job, { kind: "finished", outcome: message.outcome });
    }
  }

  private end(job: Job, ending: Ending): void {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    job.client.ended(ending);
    this.advance();
  }

  /** The worker is of no more use: under a program that is a crash of this program, else Python did not start. */
  private lost(reason: string): void {
    const [job] = this.jobs;
    if (!job?.begun) {
      this.fail(new LoadingError(`Python did not start in this browser (${reason}). ${OTHER_BROWSER}`));
      return;
    }
    this.endWorker();
    this.end(job, { kind: "crashed", message: `Python crashed (${reason}). The next Run starts a fresh one.` });
    this.warm();
  }

  private fail(error: unknown): void {
    this.endWorker();
    const message = error instanceof LoadingError ? error.message : `Python could not be loaded: ${String(error)}`;
    for (const job of this.jobs.splice(0)) job.client.ended({ kind: "not-loaded", message });
  }

  private endWorker(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.ready = false;
  }
}

function showPicture(client: Client, markup: string): void {
  try {
    client.picture(readPicture(markup));
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    client.note(`A picture is not shown: ${error.message}`);
  }
}

function playSound(client: Client, title: string, audio: string): void {
  try {
    const bytes = Uint8Array.from(atob(audio), (letter) => letter.charCodeAt(0));
    client.sound(title, new Blob([bytes], { type: "audio/mpeg" }));
  } catch {
    client.note("A sound cannot be played: what came is no base64.");
  }
}

let workerUrl: string | undefined;

function startWorker(): Worker {
  workerUrl ??= URL.createObjectURL(new Blob([workerCode], { type: "text/javascript" }));
  let asked = false;
  const worker = new Worker(workerUrl, {
    name: "python",
    // A browser that knows module workers reads this; one that does not would start a useless classic one.
    get type(): WorkerType {
      asked = true;
      return "module";
    },
  });
  if (!asked) {
    worker.terminate();
    throw new LoadingError(`This browser cannot run Python: it has no module workers. ${OTHER_BROWSER}`);
  }
  return worker;
}
