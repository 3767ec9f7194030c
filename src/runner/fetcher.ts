/**
 * The fetcher: a worker that lives while files of the runtime are on their way, so that no page stands still for them.
 *
 * It makes one attempt at one file at a time it is asked for; when to ask again is the page's to say (see loading.ts).
 */

import { hex } from "./hex";
import type { Failure, Fetched, FromFetcher, ToFetcher, Wanted } from "./messages";

/** The worker's own scope; TypeScript's libraries for pages and for workers exclude each other. */
interface Scope {
  postMessage(message: FromFetcher, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToFetcher>) => void) | null;
}

/** What came is told no oftener than this, of all files at once: a page that draws a number at every piece does little else. */
const TELL_MS = 250;

/** Why a file is not there, other than the network. */
class Failed extends Error {
  constructor(readonly why: Failure) {
    super(why.kind);
  }
}

const DAMAGED = new Failed({ kind: "damaged" });

const scope = self as unknown as Scope;
const running = new Map<number, AbortController>();
/** How much of each file has come that was not told yet. */
const untold = new Map<number, number>();
let telling = 0;

scope.onmessage = ({ data }) => {
  if ("url" in data) void serve(data);
  else running.get(data.id)?.abort();
};

async function serve(wanted: Wanted): Promise<void> {
  const { id } = wanted;
  const cancel = new AbortController();
  running.set(id, cancel);
  const receive = (bytes: number): void => {
    untold.set(id, (untold.get(id) ?? 0) + bytes);
    telling ||= setTimeout(tell, TELL_MS);
  };
  try {
    const came: Fetched = wanted.compile
      ? { part: await compiled(wanted, cancel.signal, receive) }
      : await fetched(wanted, cancel.signal, receive);
    scope.postMessage(
      { id, type: "done", bytes: untold.get(id) ?? 0, ...came },
      Object.values(came).filter((part): part is ArrayBuffer => part instanceof ArrayBuffer),
    );
  } catch (error) {
    cancel.abort();
    scope.postMessage({ id, type: "failed", why: error instanceof Failed ? error.why : { kind: "lost" } });
  } finally {
    untold.delete(id);
    running.delete(id);
  }
}

function tell(): void {
  telling = 0;
  for (const [id, bytes] of untold) scope.postMessage({ id, type: "came", bytes });
  untold.clear();
}

/** Compiled while it arrives, so that the browser can use its own cache of compiled code; nothing of it is run before the hash was right. */
async function compiled(wanted: Wanted, signal: AbortSignal, receive: (bytes: number) => void): Promise<WebAssembly.Module> {
  let module: Promise<WebAssembly.Module> | undefined;
  const { part } = await fetched(wanted, signal, receive, (response) => {
    module = WebAssembly.compileStreaming(response);
    module.catch(() => undefined);
  });
  return (module ?? Promise.reject()).catch(() => WebAssembly.compile(part)).catch((error: unknown) => {
    throw new Failed({ kind: "not-compiled", message: String(error) });
  });
}

/** The bytes, once their hash is right. */
async function fetched(
  { url, packed, sha256, integrity, size, cache, twice }: Wanted,
  signal: AbortSignal,
  receive: (bytes: number) => void,
  tap?: (response: Response) => void,
): Promise<{ part: ArrayBuffer; twin?: ArrayBuffer }> {
  // Without a secure context there is no crypto.subtle, and the browser's own check has to do.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  let bytes: Uint8Array<ArrayBuffer>;
  const twin = twice && size !== undefined ? new Uint8Array(size) : undefined;
  try {
    let response = await fetch(url, { cache, signal, ...(!subtle && { integrity }) });
    receive(0);
    if (!response.ok) throw missing(response);
    if (packed && subtle && !response.headers.has("Content-Encoding")) {
      void response.body?.cancel();
      response = await unpacked(await fetch(packed, { cache, signal }));
    }
    tap?.(response.clone());
    bytes = await read(response, size, receive, twin);
  } catch (error) {
    // The browser's own check fails in the same way as the network.
    throw subtle || error instanceof Failed ? error : DAMAGED;
  }
  if (subtle && hex(await subtle.digest("SHA-256", bytes)) !== sha256) throw DAMAGED;
  return { part: bytes.buffer, ...(twin && { twin: twin.buffer }) };
}

/** Reads a body as it streams, into one buffer when its size is known, and into another like it. */
async function read(
  response: Response,
  size: number | undefined,
  receive: (bytes: number) => void,
  twin?: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  if (size === undefined || !response.body) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (size !== undefined && bytes.length !== size) throw DAMAGED;
    twin?.set(bytes);
    receive(bytes.length);
    return bytes;
  }
  const into = readInto(response.body);
  let [bytes, filled] = [new Uint8Array(size), 0];
  for (;;) {
    // One byte more than there should be is asked for, too.
    const view = filled < size ? bytes.subarray(filled) : new Uint8Array(1);
    const came = await into(view);
    if (!came) break;
    if (filled + came.length > size) throw DAMAGED;
    bytes = new Uint8Array(came.buffer, 0, size);
    twin?.set(came, filled);
    filled += came.length;
    receive(came.length);
  }
  if (filled < size) throw DAMAGED;
  return bytes;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads what comes next into a view, and gives it back in the memory of that view: at most as much as there is room for. */
function readInto(body: ReadableStream<Bytes>): (view: Bytes) => Promise<Bytes | undefined> {
  try {
    const reader = body.getReader({ mode: "byob" });
    return async (view) => {
      const { done, value } = await reader.read(view);
      return done ? undefined : value;
    };
  } catch {
    // The browser's bodies are not such streams, or this one was unpacked here.
    const reader = body.getReader();
    return async (view) => {
      const { done, value } = await reader.read();
      if (done) return undefined;
      if (value.length > view.length) throw DAMAGED;
      view.set(value);
      return view.subarray(0, value.length);
    };
  }
}

function missing({ status }: Response): Failed {
  return new Failed({ kind: "missing", status });
}

/** A response with the body of one that has a gzip file, unless the browser has unpacked it already. */
async function unpacked(response: Response): Promise<Response> {
  if (!response.ok || !response.body) throw missing(response);
  if (response.headers.has("Content-Encoding")) return response;
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip")));
}
