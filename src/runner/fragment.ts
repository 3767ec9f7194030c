/** The fragment of an address without its `#`, as it is meant; as it stands where it cannot be read. */
export function fragmentOf(hash: string): string {
  const fragment = hash.slice(1);
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
