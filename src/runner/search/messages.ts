/** The messages between the theme and its search worker, as the theme has them. */

export const QUERY = 2;
export const READY = 1;
export const RESULT = 3;

export interface Message {
  readonly type: number;
  readonly data?: unknown;
}

/** A page, or a section of one; `title` and `text` are HTML. */
export interface Item {
  readonly location: string;
  readonly title: string;
  readonly text: string;
  readonly score: number;
  readonly terms: Readonly<Record<string, boolean>>;
}

/** For each page its own item and those of its sections that fit. */
export interface Answer {
  readonly items: readonly (readonly Item[])[];
  readonly suggest?: readonly string[];
}
