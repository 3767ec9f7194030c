/** The engine, for a classic worker. */

import { search } from "./engine";

(self as unknown as { searchEngine: { search: typeof search } }).searchEngine = { search };
