/** How long what does not come is waited for, whichever file it is. */

/** So long without a byte, and a request is given up; so long, and one who presses Run need not wait for that. */
export const SILENCE_MS = 15_000;
export const SHORT_SILENCE_MS = 2_000;
/** How often in a row a file may fall silent before the reader is told. */
export const MOST_STALLS = 3;
/** What comes more slowly than this, in bytes per second, counts as silent where nobody can listen while it comes. */
export const SLOWEST = 30_000;
