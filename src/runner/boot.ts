/**
 * How the runtime boots. The one module that decides it. Two ways, behind one interface:
 *
 * - From an *image*: Python's memory as it was when the site was built, with our package and httpx imported.
 * - *Plain*: the standard library and the packages as zips of bytecode, which Python reads in place. It needs nothing that
 *   a browser may lack, and stands in when the image is not there or does not start.
 */

import type { loadPyodide } from "pyodide";
import { spread } from "./image";
import type { Archive, Manifest, Part, RuntimeFile } from "./messages";

type Pyodide = Awaited<ReturnType<typeof loadPyodide>>;
type Options = NonNullable<Parameters<typeof loadPyodide>[0]>;
type CreateModule = NonNullable<Options["createPyodideModule"]>;
type Settings = Parameters<CreateModule>[0];
type Module = Awaited<ReturnType<CreateModule>> & { HEAPU8: Uint8Array };

/** Where the archives lie in the worker's file system. Nothing is unpacked. */
const SITE = "/lib/site";

/** The archive with what Python itself needs to start. Pyodide puts it elsewhere. */
const LIBRARY = "stdlib";
/** The archive with all else of the standard library. It has parts of packages that the other has the beginning of, so it is not on the path. */
const MORE_LIBRARY = "library";

/** Python's heap may not grow beyond this, in bytes: a blow-up then ends in a MemoryError, not in a dead tab. */
const HEAP_LIMIT = 512 * 1024 * 1024;
const WASM_PAGE = 65_536;
/** Nor may the files that a program writes, which lie beside that heap: it then ends in an OSError. */
const FILES_LIMIT = 256 * 1024 * 1024;
const NO_SPACE = 51;

/** A zip without entries, for Pyodide always reads a standard library. */
const EMPTY_ZIP = new Uint8Array([80, 75, 5, 6, ...Array<number>(18).fill(0)]);

export type Way = "image" | "plain";

/** Verified files as they arrive, by their path in the manifest. */
export interface Parts {
  get(path: string): Promise<Part>;
}

/** A Python that runs, and the names of the archives that are in its file system. */
export interface Booted {
  readonly python: Pyodide;
  readonly there: readonly string[];
  /** Whether a program has found no room for its files. They would be in the way of the next. */
  isFull(): boolean;
}

/** What has to be fetched before Python can start, the longest first. */
export function neededFiles(manifest: Manifest, way: Way): RuntimeFile[] {
  const { wasm, asm, image } = manifest.files;
  if (way === "image" && image) return [wasm, image, asm];
  return [wasm, asm, ...manifest.archives.filter(({ first }) => first)];
}

/** In which form the worker wants a file. */
export function partForm(manifest: Manifest, file: RuntimeFile): "module" | "url" | "bytes" {
  const { wasm, asm } = manifest.files;
  if (file.path === wasm.path) return "module";
  return file.path === asm.path ? "url" : "bytes";
}

/** Starts Python. Rejects when a part is not what it should be or the interpreter does not come up. */
export async function boot(
  load: typeof loadPyodide,
  manifest: Manifest,
  way: Way,
  parts: Parts,
  print: (line: string) => void,
): Promise<Booted> {
  limitHeap();
  const { asm, wasm, image } = manifest.files;
  const creating = parts.get(asm.path).then(async (url) => {
    const module: { default: CreateModule } = await import(url as string);
    URL.revokeObjectURL(url as string);
    return module.default;
  });
  const compiled = parts.get(wasm.path) as Promise<WebAssembly.Module>;
  const start = image && way === "image" ? ofImage((await parts.get(image.path)) as ArrayBuffer) : undefined;
  const first = start ? [] : manifest.archives.filter(({ first }) => first);
  const bytes = (file: RuntimeFile): Promise<Uint8Array<ArrayBuffer>> =>
    parts.get(file.path).then((part) => new Uint8Array(part as ArrayBuffer));
  const library = first.find(({ name }) => name === LIBRARY);
  const python = await load({
    ...options(manifest),
    ...start?.options,
    // Pyodide asks for `<indexURL>pyodide.asm.wasm` before it is told that the module is here already. After
    // a "#" the name is ignored, so it gets an empty blob and no request is made.
    indexURL: `${URL.createObjectURL(new Blob([]))}#`,
    stdLibURL: URL.createObjectURL(new Blob([library ? await bytes(library) : EMPTY_ZIP])),
    createPyodideModule: withModule(await creating, compiled, start),
    fsInit: async (FS) => {
      FS.mkdirTree(SITE);
      for (const archive of first) if (archive !== library) FS.writeFile(`${SITE}/${archive.name}.zip`, await bytes(archive));
    },
    stdout: print,
    stderr: print,
  });
  const isFull = limitFiles(python.FS as unknown as Files);
  if (start) (python.pyimport("_renew") as { renew(language: string): void }).renew(language());
  return { python, isFull, there: first.map(({ name }) => name) };
}

/** What every start has in common, that of the image too. */
export function options(manifest: Manifest): Options {
  return {
    lockFileContents: JSON.stringify(manifest.lock),
    packageBaseUrl: "/",
    env: {
      PYTHONPATH: manifest.archives
        .filter(({ name }) => name !== LIBRARY && name !== MORE_LIBRARY)
        .map(({ name }) => `${SITE}/${name}.zip`)
        .join(":"),
      // The same order of sets on every visit, as in the tests.
      PYTHONHASHSEED: "0",
      LANG: language(),
    },
  };
}

/** What Python's finder has to know of the archives (see archives.py). */
export function entries(manifest: Manifest): [name: string, path: string, sha256: string, modules: readonly string[]][] {
  return manifest.archives.map(({ name, packed, sha256, modules }: Archive) => [name, packed.path, sha256, modules]);
}

export const site = SITE;

/** How the C library of Emscripten names the reader's language. */
function language(): string {
  return `${(navigator.language || "C").replace("-", "_")}.UTF-8`;
}

interface Start {
  readonly options: object;
  /** The module is there, and nothing has been written into its memory but what it brings along. */
  fresh(memory: WebAssembly.Memory): void;
  /** The module has set itself up. */
  ready(module: Module): void;
}

function ofImage(bytes: ArrayBuffer): Start {
  const { header, resolve, restore } = spread(bytes);
  return {
    options: { _loadSnapshot: header },
    fresh: ({ buffer }) => resolve(new Uint8Array(buffer)),
    ready: ({ HEAPU8 }) => restore(HEAPU8),
  };
}

/** Gives Emscripten the module that the page has verified and compiled, in place of one that it fetches. */
function withModule(create: CreateModule, compiled: Promise<WebAssembly.Module>, start?: Start): CreateModule {
  return async (settings: Settings) => {
    const failed = new Promise<never>((_, reject) => {
      const instantiateWasm = (
        imports: Record<string, Record<string, WebAssembly.ImportValue>>,
        done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
      ): object => {
        // Pyodide's marker for "a JavaScript error is pending", in the form that it uses on iOS.
        const marker = Symbol("error marker");
        Object.assign(imports.env ?? {}, {
          Jsv_GetError_import: () => marker,
          JsvError_Check: (value: unknown) => value === marker,
        });
        compiled
          .then(async (module) => {
            const instance = await WebAssembly.instantiate(module, imports);
            start?.fresh(instance.exports.memory as WebAssembly.Memory);
            done(instance, module);
          })
          .catch(reject);
        return {};
      };
      Object.assign(settings, { instantiateWasm });
    });
    const module = (await Promise.race([create(settings), failed])) as Module;
    start?.ready(module);
    return module;
  };
}

function limitHeap(): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
    if (this.buffer.byteLength + pages * WASM_PAGE > HEAP_LIMIT) throw new RangeError("the heap has its limit");
    return grow.call(this, pages);
  };
}

interface FileNode {
  readonly mode: number;
  readonly contents: Uint8Array | Readonly<Record<string, FileNode>>;
}

type Write = (stream: { node: FileNode }, bytes: Uint8Array, offset: number, length: number, position: number, own?: boolean) => number;
type Resize = (node: FileNode, size: number) => void;

/** What Emscripten's file system has in memory. */
interface Files {
  readonly root: FileNode;
  readonly filesystems: { readonly MEMFS: { ops_table: { file: { stream: { write: Write } } }; resizeFileStorage: Resize } };
  readonly ErrnoError: new (number: number) => Error;
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
}

function limitFiles(files: Files): () => boolean {
  const { MEMFS } = files.filesystems;
  const { stream } = MEMFS.ops_table.file;
  const { write } = stream;
  const resize = MEMFS.resizeFileStorage;
  const room = (node: FileNode): number => (node.contents as Uint8Array).length;
  const held = (node: FileNode): number => {
    if (files.isDir(node.mode)) return Object.values(node.contents as Record<string, FileNode>).reduce((sum, part) => sum + held(part), 0);
    return files.isFile(node.mode) ? room(node) : 0;
  };
  let taken = 0;
  let full = false;
  const within = <T>(node: FileNode, size: number, grow: () => T): T => {
    const before = room(node);
    if (size > before && taken + size - before > FILES_LIMIT) {
      taken = held(files.root); // some may be gone
      if (taken + size - before > FILES_LIMIT) {
        full = true;
        throw new files.ErrnoError(NO_SPACE);
      }
    }
    const result = grow();
    taken += room(node) - before;
    return result;
  };
  stream.write = (target, bytes, offset, length, position, own) =>
    within(target.node, position + length, () => write(target, bytes, offset, length, position, own));
  MEMFS.resizeFileStorage = (node, size) => within(node, size, () => resize(node, size));
  return () => full;
}
