/**
 * What the theme takes for its search worker. It says that it is ready, and loads engine and index at the first key: a page that is only
 * read fetches neither. Classic, for that is how the theme starts it.
 */

import { QUERY, READY, RESULT, type Answer, type Message } from "./messages";

declare const ENGINE: string;
declare function importScripts(...urls: string[]): void;

type Engine = { search(query: string): Promise<Answer> };

/** After so long what could not be fetched is asked for again, while its answer is still waited for. */
const AGAIN_MS = 1_500;

let engine: Engine | undefined;
let latest = 0;
/** Whether words wait for their answer. Meanwhile an empty box needs none: it would come to the words that follow, as "none found". */
let awaited = false;

self.addEventListener("message", (event: MessageEvent<Message>) => {
  if (event.data.type !== QUERY) return;
  const query = String(event.data.data ?? "");
  const number = (latest += 1);
  // After the keys that have come meanwhile: only the last is answered.
  setTimeout(ask, 0, query, number);
});

function ask(query: string, number: number): void {
  if (number !== latest) return;
  if (query.trim()) awaited = true;
  else if (awaited) return;
  answer(query).then(
    (data) => {
      if (number !== latest) return;
      awaited = false;
      postMessage({ type: RESULT, data });
    },
    () => setTimeout(ask, AGAIN_MS, query, number),
  );
}

async function answer(query: string): Promise<Answer> {
  if (!query.trim()) return { items: [] };
  if (!engine) {
    importScripts(new URL(ENGINE, location.href).href);
    engine = (self as unknown as { searchEngine: Engine }).searchEngine;
  }
  return engine.search(query);
}

postMessage({ type: READY });
