import { AppError, ioReason } from "../errors.ts";

/** The folder that takes secrets which are told nobody. Its files are written and never read here. */
export class SecretFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where a secret of this name is kept. */
  pathOf(name: string): string {
    return `${this.#folder}/${name}`;
  }

  /**
   * Makes the file for a secret that is still to be had, so that whatever keeps it from being written is
   * known before; only its owner may read it.
   *
   * @param name holds no slash
   * @throws AppError `conflict` where there is one of that name, `unavailable` where none can be made
   */
  async make(name: string): Promise<SecretFile> {
    const path = this.pathOf(name);
    try {
      return new SecretFile(
        path,
        await Deno.open(path, { write: true, createNew: true, mode: 0o600 }),
      );
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) {
        throw new AppError("conflict", `the file ${path} is there already: move it away first`);
      }
      throw unwritable(path, error);
    }
  }
}

/** A new and empty file. */
export class SecretFile {
  readonly path: string;
  readonly #file: Deno.FsFile;

  constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Writes the secret, as a line, through to the disk.
   *
   * @throws AppError `unavailable` also when the file was taken away meanwhile
   */
  async keep(secret: string): Promise<void> {
    try {
      const writer = this.#file.writable.getWriter();
      await writer.write(new TextEncoder().encode(`${secret}\n`));
      await this.#file.sync();
      await writer.close();
      // Fails when the name leads nowhere any more, and needs no permission to read.
      await Deno.chmod(this.path, 0o600);
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  /** Takes it away again, whatever is in it; never rejects. */
  async discard(): Promise<void> {
    try {
      this.#file.close();
    } catch {
      // It was closed after it had been written.
    }
    await Deno.remove(this.path).catch(() => {});
  }
}

function unwritable(path: string, error: unknown): AppError {
  return new AppError("unavailable", `the file ${path} cannot be written: ${ioReason(error)}`, {
    cause: error,
  });
}
