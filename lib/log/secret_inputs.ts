import {
  behindFirstGroup,
  QUOTE,
  RANDOM,
  REDACTED,
  type SecretKind,
  VALUE,
} from "./secret_value.ts";

/** What takes passwords by its input and runs nothing of it, alone or by `sudo` or `sh -c`. */
const READERS: readonly RegExp[] = [
  /^(?:sudo )?(?:(?:ba|da)?sh -c )?(?:\/[\w/]{1,40}\/)?(?:chpasswd|(?:smb|vnc)?passwd|cryptsetup|kinit)(?: |$)/,
  /^(?:sudo )?(?:docker|podman|buildah|helm|gh) .*--(?:password-stdin|with-token)(?: |$)/,
];

/** A command's input without the passwords that it takes from there. What a shell may run of it stays. */
export function hideInput(command: unknown, input: string): string {
  const line = [command].flat().join(" ");
  const isReader = line.length <= 1_000 && !/[;|&<>`$\n]/.test(line) &&
    READERS.some((reader) => reader.test(line));
  return isReader ? input.replace(/^([\w.-]{1,64}:)?[^\n]+/gm, `$1${REDACTED}`) : input;
}

/** Passwords that commands take by their input, or by their place among the arguments. */
export const INPUT_KINDS: readonly SecretKind[] = [
  {
    name: "input of chpasswd",
    hint: "chpasswd",
    ...behindFirstGroup(
      `(\\b(?:echo|printf)\\s{1,4}(?:-\\w{1,4}\\s{1,4})?["']?[\\w.-]{1,64}:)${VALUE}(?=(?:\\\\n)?["']?\\s{0,4}\\|\\s{0,4}(?:sudo\\s{1,4})?(?:/[\\w/]{0,40}/)?chpasswd)`,
      "g",
    ),
    examples: ["echo root:«S3cret» | chpasswd", "printf 'ada:«S3cret»\\n' | sudo chpasswd -e"],
  },
  {
    name: "document for chpasswd",
    hint: "chpasswd",
    ...behindFirstGroup(
      `((?<=\\bchpasswd[^\\n|;&]{0,80})<<<?[ \\t]{0,4}["']?(?:\\w{1,20}["']?\\n)?[\\w.-]{1,64}:)${VALUE}`,
      "g",
    ),
    examples: ["chpasswd <<< 'root:«S3cret»'", "chpasswd <<EOF\nroot:«S3cret»\nEOF"],
  },
  {
    name: "input of a command that reads a password",
    hint: "stdin|with-token|sudo -S|cryptsetup|kinit|passwd",
    ...behindFirstGroup(
      `(\\b(?:echo|printf|yes)\\s{1,4}(?:-\\w{1,4}\\s{1,4})?${QUOTE})${RANDOM}${VALUE}(?:\\\\[a-z]${VALUE})?` +
        `(?=(?:\\\\n)?["']?\\s{0,4}\\|\\s{0,4}[^|;&\\n]{0,80}?(?:\\bsudo -S|\\bcryptsetup|\\bkinit|` +
        `\\b(?:vnc|smb)?passwd\\b|--(?:stdin|password-stdin|with-token)))`,
      "g",
    ),
    examples: [
      "echo «S3cret» | passwd --stdin root",
      "echo -n '«S3cret S3cret»' | cryptsetup luksOpen /dev/sdb a -",
      'echo -e "«S3cret\\nS3cret»" | passwd root',
      "echo «S3cret» | docker login -u ada --password-stdin registry.example",
    ],
  },
  {
    name: "argument that is a password by its place",
    hint: "passwd|aws_secret_access_key|securestring|net user",
    ...behindFirstGroup(
      `(\\b(?:openssl passwd(?: -\\w{1,8})?|aws_secret_access_key|ConvertTo-SecureString(?: -String)?|` +
        `net user [\\w.-]{1,64}|htpasswd -\\w{0,4}b\\w{0,4} \\S{1,128} [\\w.-]{1,64}) ${QUOTE})(?![-/])${VALUE}`,
    ),
    examples: [
      "openssl passwd -6 «S3cret»",
      "aws configure set aws_secret_access_key «S3cret»",
      'ConvertTo-SecureString "«S3cret S3cret»" -AsPlainText -Force',
      "net user ada «S3cret» /add",
      "htpasswd -b users ada «S3cret»",
    ],
  },
];
