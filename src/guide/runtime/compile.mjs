// Compiles Python source to bytecode with Pyodide's own Python: node compile.mjs JOB.json
//
// JOB.json: { pyodide: folder of the npm package, repack: path of repack.py, stdlib: path or null,
//             archives: [{ source, target, prefix, optimize, drop }] }
//
// Or it says which modules a program imports: { pyodide, stdlib, packages: [path], program: Python, target: path }

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Longest line of an error that is shown: Node quotes the 1.2 MB of pyodide.asm.mjs, which are one line. */
const LONGEST_LINE = 300;

async function needed(job, loadPyodide) {
  const places = job.packages.map((_, number) => `/lib/site/${number}.zip`);
  const pyodide = await loadPyodide({
    indexURL: job.pyodide,
    stdLibURL: job.stdlib,
    env: { PYTHONHASHSEED: "0", PYTHONPATH: places.join(":") },
    fsInit: async (FS) => {
      FS.mkdirTree("/lib/site");
      for (const [number, path] of job.packages.entries()) FS.writeFile(places[number], await readFile(path));
    },
  });
  pyodide.runPython(job.program);
  await writeFile(job.target, pyodide.runPython("import json, sys; json.dumps(sorted(sys.modules))"));
}

async function compile(job, loadPyodide) {
  const pyodide = await loadPyodide({
    indexURL: job.pyodide,
    stdLibURL: job.stdlib ?? undefined,
    // The second leaves columns out of the bytecode: they mark a place in a source line, and none is shipped.
    env: { PYTHONHASHSEED: "0", PYTHONNODEBUGRANGES: "1" },
  });
  pyodide.FS.mkdir("/program");
  pyodide.FS.writeFile("/program/repack.py", await readFile(job.repack));
  pyodide.runPython("import sys; sys.path.insert(0, '/program')");
  const { repack } = pyodide.pyimport("repack");
  for (const { source, target, prefix, optimize, drop } of job.archives) {
    const zip = pyodide.toPy(new Uint8Array(await readFile(source)));
    const result = repack.callKwargs(zip, { prefix, optimize, drop: pyodide.toPy(drop) });
    await writeFile(target, result.toJs());
    result.destroy();
    zip.destroy();
  }
}

try {
  const job = JSON.parse(await readFile(process.argv[2], "utf8"));
  const { loadPyodide } = await import(pathToFileURL(join(job.pyodide, "pyodide.mjs")).href);
  await (job.packages ? needed : compile)(job, loadPyodide);
} catch (error) {
  // The message of a Python error is its traceback; the stack of JavaScript under it says nothing more.
  const text = error.name === "PythonError" ? error.message : error.stack;
  const lines = text.split("\n").map((line) => line.slice(0, LONGEST_LINE));
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exitCode = 1;
}
