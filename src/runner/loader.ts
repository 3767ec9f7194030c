/** The page's side of the fetcher (see fetcher.ts), a worker that is there while something is held open, and gone when nothing is. */

import type { Failure, Fetched, FromFetcher, ToFetcher, Wanted } from "./messages";
import code from "bundle:fetcher";

interface Waiting {
  resolve(came: Fetched): void;
  reject(why: Failure): void;
  receive(bytes: number): void;
}

export class Loader {
  private worker: Worker | undefined;
  private holders = 0;
  private made = 0;
  private readonly waiting = new Map<number, Waiting>();

  /** Keeps the worker while this is at work. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.holders += 1;
    try {
      return await work();
    } finally {
      this.holders -= 1;
      if (!this.holders) this.end();
    }
  }

  /** One attempt at a file: its bytes, or the module that they are. Rejects with a `Failure`. */
  fetch(wanted: Omit<Wanted, "id">, signal: AbortSignal, receive: (bytes: number) => void): Promise<Fetched> {
    const id = ++this.made;
    const worker = (this.worker ??= this.start());
    return new Promise<Fetched>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, receive });
      signal.addEventListener("abort", () => {
        tell(worker, { id });
        this.fail(id, { kind: "lost" });
      });
      tell(worker, { id, ...wanted });
    });
  }

  private start(): Worker {
    url ??= URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    const worker = new Worker(`${url}#fetcher`, { name: "fetcher" });
    worker.onmessage = ({ data }: MessageEvent<FromFetcher>) => this.hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      for (const id of [...this.waiting.keys()]) this.fail(id, { kind: "lost" });
    };
    return worker;
  }

  private hear(message: FromFetcher): void {
    const waiting = this.waiting.get(message.id);
    if (!waiting) return;
    if (message.type !== "failed") waiting.receive(message.bytes);
    if (message.type === "done") {
      this.waiting.delete(message.id);
      waiting.resolve(message);
    } else if (message.type === "failed") {
      this.fail(message.id, message.why);
    }
  }

  private fail(id: number, why: Failure): void {
    this.waiting.get(id)?.reject(why);
    this.waiting.delete(id);
  }

  private end(): void {
    this.worker?.terminate();
    this.worker = undefined;
  }
}

let url: string | undefined;

function tell(worker: Worker, message: ToFetcher): void {
  worker.postMessage(message);
}
