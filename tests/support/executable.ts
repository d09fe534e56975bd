/** What `deno compile` wrote into an executable. */
export interface Executable {
  readonly metadata: {
    readonly log_level: string | null;
    readonly argv: readonly string[];
    readonly code_cache_key: number | null;
    readonly v8_flags: readonly string[];
    readonly permissions: Readonly<Record<string, readonly string[] | boolean | null>>;
    readonly unsafely_ignore_certificate_errors: readonly string[] | null;
    readonly unstable_config: { readonly features: readonly string[] };
  };
  /** Paths of the embedded files, sorted. */
  readonly files: readonly string[];
  readonly bytes: Uint8Array;
}

type Entry =
  | { readonly Dir: { readonly n: string; readonly e: readonly Entry[] } }
  | { readonly File: { readonly n: string } }
  | { readonly Symlink: { readonly n: string } };

const MAGIC = "d3n0l4nd";
const OPEN = 0x7b;

/**
 * Reads an executable: `d3n0l4nd`, the length as a little-endian u64, the metadata as JSON; further on,
 * the tree of embedded files as JSON (seen in Deno 2.9.6).
 */
export async function readExecutable(path: string): Promise<Executable> {
  const bytes = await Deno.readFile(path);
  const text = new TextDecoder("latin1").decode(bytes);
  const view = new DataView(bytes.buffer);
  for (let at = text.indexOf(MAGIC); at >= 0; at = text.indexOf(MAGIC, at + 1)) {
    const start = at + MAGIC.length + 8;
    if (bytes[start] !== OPEN) continue;
    const length = Number(view.getBigUint64(at + MAGIC.length, true));
    const metadata = JSON.parse(utf8(bytes.subarray(start, start + length)));
    return { metadata, files: embeddedFiles(text).sort(), bytes };
  }
  throw new Error(`${path} is not made by deno compile`);
}

/** True when the text stands somewhere in the executable. */
export function holds({ bytes }: Executable, text: string): boolean {
  return new TextDecoder("latin1").decode(bytes).includes(text);
}

function embeddedFiles(text: string): string[] {
  const start = text.search(/\[\{"(Dir|File)":\{"n":/);
  let depth = 0;
  let end = start;
  do {
    if (text[end] === "[") depth++;
    if (text[end] === "]") depth--;
    end++;
  } while (depth > 0 && end < text.length);
  return (JSON.parse(text.slice(start, end)) as Entry[]).flatMap((entry) => pathsOf(entry, ""));
}

function pathsOf(entry: Entry, folder: string): string[] {
  if ("Dir" in entry) {
    return entry.Dir.e.flatMap((inner) => pathsOf(inner, `${folder}${entry.Dir.n}/`));
  }
  return [folder + ("File" in entry ? entry.File.n : entry.Symlink.n)];
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
