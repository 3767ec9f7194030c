/**
 * The fetcher: a worker that lives while files of the runtime are on their way, so that no page stands still for them.
 *
 * It makes one attempt at one file at a time it is asked for; when to ask again is the page's to say (see loading.ts).
 */

import { hex } from "./hex";
import type { Failure, FromFetcher, ToFetcher, Wanted } from "./messages";

/** The worker's own scope; TypeScript's libraries for pages and for workers exclude each other. */
interface Scope {
  postMessage(message: FromFetcher, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToFetcher>) => void) | null;
}

/** What came is told no oftener than this. */
const TELL_MS = 100;

/** Why a file is not there, other than the network. */
class Failed extends Error {
  constructor(readonly why: Failure) {
    super(why.kind);
  }
}

const DAMAGED = new Failed({ kind: "damaged" });

const scope = self as unknown as Scope;
const running = new Map<number, AbortController>();

scope.onmessage = ({ data }) => {
  if ("url" in data) void serve(data);
  else running.get(data.id)?.abort();
};

async function serve(wanted: Wanted): Promise<void> {
  const { id } = wanted;
  const cancel = new AbortController();
  running.set(id, cancel);
  let [timer, count] = [0, 0];
  const tell = (): void => {
    scope.postMessage({ id, type: "came", bytes: count });
    timer = count = 0;
  };
  const receive = (bytes: number): void => {
    count += bytes;
    timer ||= setTimeout(tell, TELL_MS);
  };
  try {
    const part = await (wanted.compile ? compiled(wanted, cancel.signal, receive) : fetched(wanted, cancel.signal, receive));
    scope.postMessage({ id, type: "done", bytes: count, part }, part instanceof ArrayBuffer ? [part] : []);
  } catch (error) {
    scope.postMessage({ id, type: "failed", why: error instanceof Failed ? error.why : { kind: "lost" } });
  } finally {
    clearTimeout(timer);
    running.delete(id);
  }
}

/** Compiled while it arrives, so that the browser can use its own cache of compiled code; nothing of it is run before the hash was right. */
async function compiled(wanted: Wanted, signal: AbortSignal, receive: (bytes: number) => void): Promise<WebAssembly.Module> {
  let module: Promise<WebAssembly.Module> | undefined;
  const bytes = await fetched(wanted, signal, receive, (response) => {
    module = WebAssembly.compileStreaming(response);
    module.catch(() => undefined);
  });
  return (module ?? Promise.reject()).catch(() => WebAssembly.compile(bytes)).catch((error: unknown) => {
    throw new Failed({ kind: "not-compiled", message: String(error) });
  });
}

/** The bytes, once their hash is right. */
async function fetched(
  { url, packed, sha256, integrity, size, cache }: Wanted,
  signal: AbortSignal,
  receive: (bytes: number) => void,
  tap?: (response: Response) => void,
): Promise<ArrayBuffer> {
  // Without a secure context there is no crypto.subtle, and the browser's own check has to do.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    let response = await fetch(url, { cache, signal, ...(!subtle && { integrity }) });
    receive(0);
    if (!response.ok) throw missing(response);
    if (packed && subtle && !response.headers.has("Content-Encoding")) {
      void response.body?.cancel();
      response = await unpacked(await fetch(packed, { cache, signal }));
    }
    tap?.(response.clone());
    bytes = await read(response, size, receive);
  } catch (error) {
    // The browser's own check fails in the same way as the network.
    throw subtle || error instanceof Failed ? error : DAMAGED;
  }
  if (subtle && hex(await subtle.digest("SHA-256", bytes)) !== sha256) throw DAMAGED;
  return bytes.buffer;
}

/** Reads a body as it streams, into one buffer when its size is known. */
async function read(
  response: Response,
  size: number | undefined,
  receive: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  if (size === undefined || !response.body) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    receive(bytes.length);
    return bytes;
  }
  const bytes = new Uint8Array(size);
  let filled = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length > size) {
      void reader.cancel();
      throw DAMAGED;
    }
    bytes.set(value, filled);
    filled += value.length;
    receive(value.length);
  }
  if (filled < size) throw DAMAGED;
  return bytes;
}

function missing({ status }: Response): Failed {
  return new Failed({ kind: "missing", status });
}

/** A response with the body of one that has a gzip file. */
async function unpacked(response: Response): Promise<Response> {
  if (!response.ok || !response.body) throw missing(response);
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip")));
}
