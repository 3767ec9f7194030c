/** The way from the small code that every page has to the tab's one Python host, which is loaded on intent. */

import type { Host } from "./host";

// Read at once: under instant navigation the script element stays, but what is relative in it belongs to the
// page on which the reader came in.
const script = document.querySelector<HTMLScriptElement>("script[data-manifest]");
const address = {
  url: new URL(script?.dataset.manifest ?? "", document.baseURI).href,
  integrity: script?.dataset.integrity ?? "",
};

let host: Promise<Host> | undefined;

/** The host. A failed load of its code is forgotten, so that the next try loads it again. */
export function python(): Promise<Host> {
  host ??= import("./host")
    .then(({ Host }) => new Host(address))
    .catch((error: unknown) => {
      host = undefined;
      throw error;
    });
  return host;
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
