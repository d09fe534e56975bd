/** Makes a constant at its first use: what costs much is made once for all clusters of a process. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
