/** Throws when a simulator itself did wrong, as with an answer that its contract does not allow. */
export function requireSound({ faults }: { readonly faults: readonly string[] }): void {
  if (!faults.length) return;
  const text = [...new Set(faults)].map((fault) => `simulator fault: ${fault}\n`).join("");
  // A test that fails as well shows this rejection as a mere SuppressedError, so the text is printed too.
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  throw new Error(text);
}
