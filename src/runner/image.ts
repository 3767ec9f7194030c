/**
 * The image: Python's memory as the build left it (see guide/runtime/image.py), as what differs from a fresh module's memory.
 *
 * Little-endian words: "ASI1", length of Pyodide's header, length of the memory, address of the word that belongs to the
 * browser, number of blocks; then the header, filled up to whole words; then for each block its number and, after all of
 * these, the blocks, each to be XORed over 1,024 bytes of the fresh memory.
 */

const MAGIC = 0x31495341;
const BLOCK = 1024;

export interface Image {
  /** Pyodide's form of it: the header and the whole memory. It holds the memory only once `fill` has been called. */
  readonly memory: Uint8Array<ArrayBuffer>;
  fill(fresh: Uint8Array): void;
  /** Keeps the one word that the module has found out about this browser: how Python's calls get through the stack. */
  keep(live: Int32Array): void;
}

/** Throws when the bytes are no image. */
export function spread(bytes: ArrayBuffer): Image {
  const [magic, header = 0, length = 0, own = 0, count = 0] = new Uint32Array(bytes, 0, 5);
  if (magic !== MAGIC) throw new Error("the image is none");
  const numbersAt = 20 + Math.ceil(header / 4) * 4;
  const numbers = new Uint32Array(bytes, numbersAt, count);
  const blocks = new Uint32Array(bytes, numbersAt + 4 * count, (count * BLOCK) / 4);
  const memory = new Uint8Array(header + length);
  return {
    memory,
    fill: (fresh) => {
      if (fresh.length !== length) throw new Error("the image is for a memory of another size");
      memory.set(new Uint8Array(bytes, 20, header));
      memory.set(fresh, header);
      const words = new Uint32Array(memory.buffer, header);
      const each = BLOCK / 4;
      for (let place = 0; place < count; place += 1) {
        const to = (numbers[place] ?? 0) * each;
        const from = place * each;
        for (let word = 0; word < each; word += 1) words[to + word]! ^= blocks[from + word]!;
      }
    },
    keep: (live) => {
      new Int32Array(memory.buffer, header)[own / 4] = live[own / 4] ?? 0;
    },
  };
}
