/**
 * What the page's fragment says: `#answers=1.3` a path (places counted from 1), `#hand-over` a result, nothing the start.
 * So the browser's own back button, its bookmarks and its history do what they do everywhere.
 */

import { fragmentOf } from "../fragment";
import type { Path } from "./tree";

export type Wanted =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "result"; readonly id: string }
  /** A fragment of this page that is no business of ours, such as another heading. */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "unknown" };

const ANSWERS = "answers=";

/** Reads a fragment with its `#`. */
export function read(hash: string, results: ReadonlySet<string>): Wanted {
  const fragment = fragmentOf(hash);
  if (fragment === "") return { kind: "path", path: [] };
  if (results.has(fragment)) return { kind: "result", id: fragment };
  if (fragment.startsWith(ANSWERS)) {
    const places = fragment.slice(ANSWERS.length).split(".");
    if (places.every((place) => /^[1-9]\d?$/.test(place)))
      return { kind: "path", path: places.map((place) => Number(place) - 1) };
    return { kind: "unknown" };
  }
  return document.getElementById(fragment) ? { kind: "elsewhere" } : { kind: "unknown" };
}

/** The fragment of a path, without its `#`. */
export function write(path: Path): string {
  return path.length ? ANSWERS + path.map((place) => place + 1).join(".") : "";
}
