import { AppError, type ErrorCode } from "../../errors.ts";
import { quote } from "../clip.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { runInContainer } from "./command.ts";
import { quoted } from "./guest_program.ts";

const FILE_SECONDS = 60;
/** Statuses of the scripts; a shell gives others for what it finds itself. */
const MISSING = 66;
const FOLDER = 67;
const NOT_REGULAR = 68;

/** Reads a part of a file in a container; it may be a file of `/proc`, whose size is not known before. */
export async function readContainerFile(
  pve: Pve,
  guest: Guest<"lxc">,
  { file, offset, count }: { file: string; offset: number; count: number },
): Promise<{ bytes: Uint8Array; truncated: boolean }> {
  const name = quoted(file);
  // One byte more tells whether there is more.
  const script = `[ -e ${name} ] || exit ${MISSING}; [ -d ${name} ] && exit ${FOLDER}
[ -f ${name} ] || exit ${NOT_REGULAR}
exec <${name} || exit 1; tail -c +${offset + 1} | head -c ${count + 1}`;
  const result = await runInContainer(pve, guest, {
    script,
    user: undefined,
    input: new Uint8Array(0),
    timeoutSeconds: FILE_SECONDS,
    mostBytes: count + 1,
  });
  if (result === undefined) throw new Error("reading a file is no dry run");
  const { status, stdout, stderr } = result;
  if (status !== 0 || (stdout.length === 0 && stderr.length > 0)) throw refused(file, result);
  return { bytes: stdout.subarray(0, count), truncated: stdout.length > count };
}

/** Writes a file in a container, replacing what it held and keeping whose it is. */
export async function writeContainerFile(
  pve: Pve,
  guest: Guest<"lxc">,
  { file, bytes }: { file: string; bytes: Uint8Array },
): Promise<void> {
  const name = quoted(file);
  const result = await runInContainer(pve, guest, {
    script: `[ -d ${name} ] && exit ${FOLDER}; exec cat >${name}`,
    user: undefined,
    input: bytes,
    timeoutSeconds: FILE_SECONDS,
  });
  if (result !== undefined && result.status !== 0) throw refused(file, result);
}

function refused(
  file: string,
  { status, stderr }: { status: number; stderr: Uint8Array },
): AppError {
  const known: Readonly<Record<number, readonly [ErrorCode, string]>> = {
    [MISSING]: ["not_found", "No such file or directory"],
    [FOLDER]: ["conflict", "it is a folder"],
    [NOT_REGULAR]: ["conflict", "it is no regular file"],
  };
  const [code, why] = known[status] ??
    ["conflict", `the container said ${quote(new TextDecoder().decode(stderr))}`];
  return new AppError(code, `${file} cannot be opened: ${why}`);
}
