/** What a Python program imports, read from its text before it runs, so that what it needs can be fetched meanwhile. */

/** Strings with their prefixes, comments, and line breaks that end no statement. */
const STRING = /(?:\b[rbuft]{1,2})?("""|''')(?:\\[^]|(?!\1)[^])*(?:\1|$)|(?:\b[rbuft]{1,2})?(["'])(?:\\[^]|(?!\2)[^\\\n])*(?:\2|(?=\n)|$)|#[^\n]*|\\\r?\n/gi;

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const DOTTED = String.raw`${NAME}(?:\s*\.\s*${NAME})*`;
const IMPORT = new RegExp(String.raw`^import\s+(.*)$`, "u");
const FROM = new RegExp(String.raw`^from\s+(${DOTTED})\s+import\b\s*(.*)$`, "u");
const FIRST = new RegExp(`^${DOTTED}`, "u");

/**
 * The dotted names of the modules that may be meant: for `from a import b` both `a` and `a.b`. Imports inside of
 * functions, branches and one-line blocks count too; those in strings and comments do not.
 */
export function importedNames(source: string): Set<string> {
  const names = new Set<string>();
  const add = (name: string): void => void names.add(name.replace(/\s+/g, ""));
  for (const statement of statements(source)) {
    const from = FROM.exec(statement);
    if (from) {
      const [, module = "", list = ""] = from;
      add(module);
      for (const name of listed(list)) add(`${module}.${name}`);
    }
    for (const name of listed(IMPORT.exec(statement)?.[1] ?? "")) add(name);
  }
  return names;
}

/** The statements, each on one line, without what stands before a colon on the same line. */
function statements(source: string): string[] {
  const bare = source.replace(STRING, (found) => (/^[#\\]/.test(found) ? " " : '""'));
  let depth = 0;
  let joined = "";
  for (const character of bare) {
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth = Math.max(0, depth - 1);
    joined += depth && /\s/.test(character) ? " " : character;
  }
  return joined
    .split(/[\n;]/)
    .flatMap((line) => [line, line.slice(line.lastIndexOf(":") + 1)])
    .map((line) => line.trim());
}

function listed(list: string): string[] {
  return list
    .replace(/[()]/g, " ")
    .split(",")
    .map((part) => FIRST.exec(part.trim())?.[0] ?? "")
    .filter(Boolean);
}
