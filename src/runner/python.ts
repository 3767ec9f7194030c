/** The way from the small code that every page has to the tab's one Python host, which is loaded on intent. */

import type { Host } from "./host";
import { MOST_STALLS, SHORT_SILENCE_MS, SILENCE_MS } from "./patience";

// Read at once: under instant navigation the script element stays, but what is relative in it belongs to the
// page on which the reader came in.
const script = document.querySelector<HTMLScriptElement>("script[data-manifest]");
const address = {
  url: new URL(script?.dataset.manifest ?? "", document.baseURI).href,
  integrity: script?.dataset.integrity ?? "",
};

/** The file with the host's code, which stands beside this one. */
declare const HOST: string;

let host: Promise<Host> | undefined;
/** Asks again for the host's code, if it is on its way for so long. */
let hurry: (() => void) | undefined;
/** An import cannot be called off, and a second one of the same address waits for the first: what has stalled is asked for under another. */
let stalls = 0;

/** The host. A failed load of its code is forgotten, so that the next try loads it again. */
export function python(): Promise<Host> {
  hurry?.();
  host ??= code()
    .then(({ Host }) => new Host(address))
    .catch((error: unknown) => {
      host = undefined;
      throw error;
    });
  return host;
}

async function code(): Promise<typeof import("./host")> {
  for (let again = 0; ; again += 1) {
    const since = performance.now();
    let timer = 0;
    const silence = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), SILENCE_MS);
      hurry = () => performance.now() - since >= SHORT_SILENCE_MS && resolve(undefined);
    });
    const coming = import(new URL(stalls ? `${HOST}?${stalls}` : HOST, import.meta.url).href) as Promise<typeof import("./host")>;
    try {
      const came = await Promise.race([coming, silence]);
      if (came) return came;
      coming.catch(() => undefined);
      stalls += 1;
      if (again === MOST_STALLS) throw new Error("the host's code does not come");
    } finally {
      clearTimeout(timer);
      hurry = undefined;
    }
  }
}

/** Starts loading Python because the reader is about to run something. */
export function warm(): void {
  if (whyNot() === undefined) python().then((ready) => ready.warm(), () => undefined);
}

/** What this browser lacks to run Python, if anything. */
export function whyNot(): string | undefined {
  if (typeof WebAssembly !== "object") return "WebAssembly";
  if (typeof Worker !== "function") return "web workers";
  return undefined;
}
