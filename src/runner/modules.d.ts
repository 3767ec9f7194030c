/** Files that esbuild turns into strings. */

declare module "*.py" {
  const source: string;
  export default source;
}

/** worker.ts, bundled; see build.mjs. */
declare module "bundle:worker" {
  const code: string;
  export default code;
}
