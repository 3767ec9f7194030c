// Runs a Python file in Pyodide under Node: node in_pyodide.mjs PYODIDE_FOLDER SCRIPT.py FOLDER... [-- ARGUMENT...]
//
// Every FOLDER is mounted and put on sys.path: the package's sources, and where its dependencies are installed.

import { resolve, dirname, basename } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodideFolder, script, ...rest] = process.argv.slice(2);
const end = rest.includes("--") ? rest.indexOf("--") : rest.length;
const folders = [dirname(resolve(script)), ...rest.slice(0, end).map((folder) => resolve(folder))];

const { loadPyodide } = await import(pathToFileURL(resolve(pyodideFolder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: resolve(pyodideFolder), env: { PYTHONHASHSEED: "7", PYTHONDONTWRITEBYTECODE: "1" } });
pyodide.setStdout({ batched: (line) => console.log(line) });
pyodide.setStderr({ batched: (line) => console.error(line) });
const paths = folders.map((folder, index) => {
  const path = `/mounted/${index}`;
  pyodide.mountNodeFS(path, folder);
  return path;
});
pyodide.globals.set("paths", pyodide.toPy(paths));
pyodide.globals.set("arguments", pyodide.toPy([`${paths[0]}/${basename(script)}`, ...rest.slice(end + 1)]));
pyodide.runPython(`
import runpy, sys
sys.path[:0] = paths
sys.argv = arguments
runpy.run_path(sys.argv[0], run_name="__main__")
`);
