// Makes the image of Python's memory, in a worker of a browser: image.html starts it, and it sends what it made to its server.
//
// job.json: { options: what loadPyodide takes, packages: { path in Python's file system: file }, program: Python }

const MAGIC = 0x31495341;
const BLOCK = 1024;

/** Neither the time nor chance: what is made twice is the same. Each start has its own again (see runner/renew.py). */
function stop() {
  Date.now = () => 0;
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length ? given : [0]));
    }
  };
  performance.now = () => 1;
  crypto.getRandomValues = (array) => {
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(7);
    return array;
  };
}

async function make() {
  stop();
  const { options, packages, program } = await (await fetch("job.json")).json();
  const { loadPyodide } = await import("./pyodide.mjs");
  const { default: create } = await import("./pyodide.asm.mjs");
  let [fresh, begun] = [];
  const python = await loadPyodide({
    ...options,
    _makeSnapshot: true,
    indexURL: new URL(".", location.href).href,
    stdLibURL: new URL("stdlib.zip", location.href).href,
    createPyodideModule: (settings) => {
      const instantiate = settings.instantiateWasm;
      settings.instantiateWasm = (imports, done) =>
        instantiate(imports, (instance, module) => {
          fresh = new Uint8Array(instance.exports.memory.buffer).slice();
          done(instance, module);
        });
      // Python is not started yet.
      settings.onRuntimeInitialized = () => (begun = settings.HEAPU8.slice());
      return create(settings);
    },
    fsInit: async (FS) => {
      FS.mkdirTree("/lib/site");
      for (const [path, file] of Object.entries(packages)) {
        FS.writeFile(path, new Uint8Array(await (await fetch(file)).arrayBuffer()));
      }
    },
  });
  const told = JSON.parse(python.runPython(program));
  const module = python._module;
  told.free = clean(module);
  const own = module.__PyRuntime + module.HEAP32[module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET / 4];
  if (module.HEAP8.length !== fresh.length) throw new Error(`grown ${module.HEAP8.length}`);
  return { bytes: packed(python.makeMemorySnapshot(), [fresh, begun], own), told };
}

/** Overwrites what is free with zeros, so that the image is small and has no chance in it. Returns the number of free bytes. */
function clean(module) {
  const top = module._sbrk(0);
  const taken = [];
  // At each size one more may be taken from above the top, which has to stay within the memory.
  for (let size = 1 << Math.min(22, Math.floor(Math.log2((module.HEAPU8.length - top) / 4))); size >= 64; size /= 2) {
    for (;;) {
      const place = module._malloc(size);
      if (place + size > top || module._sbrk(0) > top) {
        module._free(place);
        break;
      }
      module.HEAPU8.fill(0, place, place + size);
      taken.push(place);
    }
  }
  for (const place of taken.reverse()) module._free(place);
  module.HEAPU8.fill(0, module._emscripten_stack_get_end(), module._emscripten_stack_get_current());
  return module.HEAPU8.length - top;
}

/** Only what differs from the memory of a module that has just been instantiated, or that a module changes until it is set up. */
function packed(snapshot, [fresh, begun], own) {
  const header = snapshot.length - fresh.length;
  const memory = snapshot.slice(header);
  const words = new Uint32Array(memory.buffer);
  words[own / 4] = 0; // belongs to the browser that the image is used in
  const before = new Uint32Array(fresh.buffer);
  const after = new Uint32Array(begun.buffer);
  const numbers = [];
  const each = BLOCK / 4;
  for (let start = 0; start < words.length; start += each) {
    let differs = 0;
    for (let word = start; word < start + each; word += 1) differs |= (words[word] ^= before[word]) | (after[word] ^ before[word]);
    if (differs) numbers.push(start / each);
  }
  const aligned = Math.ceil(header / 4) * 4;
  const bytes = new Uint8Array(20 + aligned + numbers.length * (4 + BLOCK));
  new Uint32Array(bytes.buffer, 0, 5).set([MAGIC, header, fresh.length, own, numbers.length]);
  bytes.set(snapshot.subarray(0, header), 20);
  new Uint32Array(bytes.buffer, 20 + aligned, numbers.length).set(numbers);
  let at = 20 + aligned + 4 * numbers.length;
  for (const number of numbers) {
    bytes.set(memory.subarray(number * BLOCK, (number + 1) * BLOCK), at);
    at += BLOCK;
  }
  return bytes;
}

make().then(
  ({ bytes, told }) => fetch(`made?told=${encodeURIComponent(JSON.stringify(told))}`, { method: "POST", body: bytes }),
  (error) => fetch("failed", { method: "POST", body: `${error.message ?? error}`.slice(-3000) }),
);
