import { join } from "node:path";

/** A folder of a test's own, removed at its end. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "proxmox-mcp-" }));
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Writes a file whole or not at all (others may be reading it), an object as JSON, and returns its path. */
  async write(name: string, content: unknown, mode = 0o600): Promise<string> {
    const path = this.at(name);
    const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
    const written = `${path}.${crypto.randomUUID()}`;
    await Deno.writeTextFile(written, text);
    await Deno.chmod(written, mode);
    await Deno.rename(written, path);
    return path;
  }

  read(name: string): Promise<string> {
    return Deno.readTextFile(this.at(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
