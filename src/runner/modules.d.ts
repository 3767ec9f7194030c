/** Files that esbuild turns into strings. */

/** worker.ts, bundled; see build.mjs. */
declare module "bundle:worker" {
  const code: string;
  export default code;
}

/** fetcher.ts, bundled; see build.mjs. */
declare module "bundle:fetcher" {
  const code: string;
  export default code;
}
