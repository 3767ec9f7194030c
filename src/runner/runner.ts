/** What every page loads: the element. Python, the worker and the editor are chunks that come on intent. */

import { RunSnippet } from "./element";

customElements.define("run-snippet", RunSnippet);
