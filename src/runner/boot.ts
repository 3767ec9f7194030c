/**
 * How the runtime boots. The one module that decides it.
 *
 * Today there is one way: the standard library and the packages as zip files of bytecode, which Python reads
 * in place. A faster way (a memory snapshot) can be put before it: `neededFiles` then asks for its files when
 * the manifest has them, and `boot` falls back to the way below when it fails.
 */

import type { loadPyodide } from "pyodide";
import type { Manifest, Part, RuntimeFile } from "./messages";

type Pyodide = Awaited<ReturnType<typeof loadPyodide>>;
type Options = NonNullable<Parameters<typeof loadPyodide>[0]>;
type CreateModule = NonNullable<Options["createPyodideModule"]>;

/** Where the packages lie in the worker's file system. Nothing is unpacked. */
const SITE = "/lib/site";

/** Python's heap may not grow beyond this, in bytes: a blow-up then ends in a MemoryError, not in a dead tab. */
const HEAP_LIMIT = 512 * 1024 * 1024;
const WASM_PAGE = 65_536;

/** Verified files as they arrive, by their path in the manifest. */
export interface Parts {
  get(path: string): Promise<Part>;
}

/** What the page has to fetch, the longest way first. */
export function neededFiles(manifest: Manifest): RuntimeFile[] {
  const { wasm, asm, stdlib, lock } = manifest.files;
  return [wasm, asm, stdlib, lock, ...manifest.packages];
}

/** In which form the worker wants a file. */
export function partForm(manifest: Manifest, file: RuntimeFile): "module" | "url" | "bytes" {
  const { wasm, asm, stdlib } = manifest.files;
  if (file.path === wasm.path) return "module";
  return file.path === asm.path || file.path === stdlib.path ? "url" : "bytes";
}

/** Starts Python. Rejects when a part is not what it should be or the interpreter does not come up. */
export async function boot(
  load: typeof loadPyodide,
  manifest: Manifest,
  parts: Parts,
  print: (line: string) => void,
): Promise<Pyodide> {
  limitHeap();
  const { asm, wasm, stdlib, lock } = manifest.files;
  const createModule = parts.get(asm.path).then(async (url) => {
    const module: { default: CreateModule } = await import(url as string);
    return module.default;
  });
  const packages = Promise.all(
    manifest.packages.map(async ({ path }) => ({ path, bytes: new Uint8Array((await parts.get(path)) as ArrayBuffer) })),
  );
  return load({
    // Pyodide asks for `<indexURL>pyodide.asm.wasm` before it is told that the module is here already. After
    // a "#" the name is ignored, so it gets an empty blob and no request is made.
    indexURL: `${URL.createObjectURL(new Blob([]))}#`,
    stdLibURL: (await parts.get(stdlib.path)) as string,
    lockFileContents: parts.get(lock.path).then((bytes) => new TextDecoder().decode(bytes as ArrayBuffer)),
    packageBaseUrl: "/",
    createPyodideModule: withModule(await createModule, parts.get(wasm.path) as Promise<WebAssembly.Module>),
    // The same order of sets on every visit, as in the tests.
    env: { PYTHONPATH: manifest.packages.map(({ path }) => `${SITE}/${path}`).join(":"), PYTHONHASHSEED: "0" },
    fsInit: async (FS) => {
      FS.mkdirTree(SITE);
      for (const { path, bytes } of await packages) FS.writeFile(`${SITE}/${path}`, bytes);
    },
    stdout: print,
    stderr: print,
  });
}

/** Gives Emscripten the module that the page has verified and compiled, in place of one that it fetches. */
function withModule(create: CreateModule, compiled: Promise<WebAssembly.Module>): CreateModule {
  return (settings) => {
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
          .then(async (module) => done(await WebAssembly.instantiate(module, imports), module))
          .catch(reject);
        return {};
      };
      Object.assign(settings, { instantiateWasm });
    });
    return Promise.race([create(settings), failed]);
  };
}

function limitHeap(): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
    if (this.buffer.byteLength + pages * WASM_PAGE > HEAP_LIMIT) throw new RangeError("the heap has its limit");
    return grow.call(this, pages);
  };
}
