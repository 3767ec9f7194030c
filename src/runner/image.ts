/**
 * The image: Python's memory as the build left it (see guide/runtime/image.py), as what differs from a fresh module's memory.
 *
 * Little-endian words: "ASI1", length of Pyodide's header, length of the memory, address of the word that belongs to the
 * browser, number of blocks; then the header, filled up to whole words; then for each block its number and, after all of
 * these, the blocks, each to be XORed over 1,024 bytes of the fresh memory. What a module has changed until it is set up is among them.
 */

const MAGIC = 0x31495341;
const BLOCK = 1024;

export interface Image {
  /** Pyodide's form of it, without the memory: what Pyodide would copy as a whole, `restore` writes where it differs. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** The memory is that of a fresh module. To be called once, for the image keeps what it works out. */
  resolve(fresh: Uint8Array): void;
  /** Writes what differs over the memory of the module, which has set itself up. */
  restore(live: Uint8Array): void;
}

/** Throws when the bytes are no image. */
export function spread(bytes: ArrayBuffer): Image {
  const [magic, header = 0, length = 0, own = 0, count = 0] = new Uint32Array(bytes, 0, 5);
  if (magic !== MAGIC) throw new Error("the image is none");
  const numbersAt = 20 + Math.ceil(header / 4) * 4;
  const blocksAt = numbersAt + 4 * count;
  const numbers = new Uint32Array(bytes, numbersAt, count);
  return {
    header: new Uint8Array(bytes, 20, header),
    resolve: ({ buffer, byteLength }) => {
      if (byteLength !== length) throw new Error("the image is for a memory of another size");
      const words = new Uint32Array(buffer);
      const blocks = new Uint32Array(bytes, blocksAt, (count * BLOCK) / 4);
      const each = BLOCK / 4;
      for (let place = 0; place < count; place += 1) {
        const from = (numbers[place] ?? 0) * each;
        const to = place * each;
        for (let word = 0; word < each; word += 1) blocks[to + word]! ^= words[from + word]!;
      }
    },
    restore: (live) => {
      // The one word that the module has found out about this browser: how Python's calls get through the stack.
      const kept = live.slice(own, own + 4);
      // Blocks that are neighbours are written at once.
      for (let first = 0, next = 0; first < count; first = next) {
        const number = numbers[first] ?? 0;
        do next += 1;
        while (numbers[next] === number + next - first);
        live.set(new Uint8Array(bytes, blocksAt + first * BLOCK, (next - first) * BLOCK), number * BLOCK);
      }
      live.set(kept, own);
    },
  };
}
