import { COMMAND_KINDS } from "./secret_commands.ts";
import { PROSE, SECRET_FORMS } from "./secret_forms.ts";
import { INPUT_KINDS } from "./secret_inputs.ts";
import { behindFirstGroup, QUOTE, RANDOM, type SecretKind, VALUE } from "./secret_value.ts";

/** Letters that a name may go on with: `DB_PASSWORD_2`, `şifreniz`; in notes those beyond ASCII are escaped. */
const TAIL = "(?:[\\w.\\u00c0-\\u017f\\u0307-]|%C[3-5]%[89AB][0-9A-F]){0,40}";
/** Of the tools whose names end so, a message goes on with an argument's name. */
const NO_TOOL = "(?<!(?:create|delete)_proxmox_)";
const NAME =
  "(?:pass(?:word|wd|wort|phrase|code)|secret|credential|(?:api|auth|private|preshared)[_-]?key|" +
  NO_TOOL +
  "token(?![_-]?(?:names?|ids?)(?![a-z]))|parola|(?:[sşŞ]\\u0327?|%C5%9[EF])(?:[iıİ]\\u0307?|%C4%B[01])fre(?!le|li))" +
  TAIL +
  "(?<![_-](?:file|stdin))";
const SHORT_NAME = "(?<![a-z])(?:pwd|(?:ssh)?pass|pw|psk)s?";
/** Names that as often mean something else; what follows must look random. */
const WEAK_NAME = "(?<![a-z])(?:key|cookie|ticket|otp|jwt|pin|sig)s?";
/** Notes in a configuration's file have their colons escaped; what stands in an address has more than these. */
const IS = `(?:\\\\{0,3}["']|%22)?[ \\t]{0,4}(?:=>?|%3D|(?::(?!\\/\\/)|%3A)(?!${PROSE}))` +
  `\\s{0,4}(?:%22|${QUOTE})`;
/** A task's id ends with the name of the API token that began it, and with a colon. */
const NO_UPID =
  "(?<!\\bUPID(?::|%3A)[\\w.-]{1,63}(?:(?::|%3A)[0-9A-F]{8,16}){3}(?::|%3A)\\w{1,40}(?::|%3A)" +
  "[\\w.-]{0,64}(?::|%3A)[^\\s:@!%]{1,64}(?:@|%40)[\\w.-]{1,32}(?:!|%21)[\\w.-]{1,128}(?::|%3A)\\s{0,4})";
const OPTION = "(?<![\\w-])--?[\\w-]{0,80}?";
const SPACE = `[ \\t]{1,8}${QUOTE}(?!-)`;

/** In the order in which they are looked for: what is known by its form comes first. */
export const SECRET_KINDS: readonly SecretKind[] = [
  ...SECRET_FORMS,
  ...INPUT_KINDS,
  ...COMMAND_KINDS,
  {
    name: "secret object of QEMU",
    hint: "secret",
    ...behindFirstGroup(
      `((?:\\bsecret,[^\\s"']{0,200}?\\bdata=|"qom-type"\\s?:\\s?"secret"[^{}]{0,200}?"data"\\s?:\\s?")` +
        `)${VALUE}`,
      "g",
    ),
    examples: [
      "args: -object secret,id=sec0,data=«S3cret»",
      "-object secret,data=«S3cret»,id=sec0",
      `-object '{"qom-type":"secret","id":"sec0","data":"«S3cret»"}'`,
    ],
  },
  {
    name: "-k with what is no keyboard layout",
    hint: "-k",
    ...behindFirstGroup(
      `((?<![^\\s"'])-k[ \\t]{1,4}${QUOTE})(?=[^\\s"']{6})(?=\\S{0,100}\\d)(?=\\S{0,100}[a-z])(?![^\\s"']{0,100}[/.:,][^\\s"'])${VALUE}`,
    ),
    examples: ["args: -k «S3cret-S3cret»"],
  },
  {
    name: "password of SQL",
    hint: "identified|password",
    ...behindFirstGroup(
      `(\\b(?:identified\\s{1,4}(?:with\\s{1,4}\\S{1,40}\\s{1,4})?by\\s{1,4}|password\\s{0,4}\\(?\\s{0,4})["'])${VALUE}`,
    ),
    examples: [
      "CREATE USER a IDENTIFIED BY '«S3cret S3cret»'",
      "ALTER ROLE a LOGIN PASSWORD '«S3cret S3cret»'",
      "SET PASSWORD FOR a = PASSWORD('«S3cret»')",
    ],
  },
  {
    name: "word behind a name",
    hint: "password|passphrase|parola",
    ...behindFirstGroup(
      `((?<![\\w-])(?:password|passphrase|parola)(?:[ \\t]{1,4}is)?[ \\t]{1,4})` +
        `(?=[\\w.!@#%^*+/-]{6})(?=[^\\s\\d]{0,60}\\d)(?=[^\\sa-z]{0,60}[a-z])${VALUE}`,
    ),
    examples: ["machine x login ada password «S3cret»", "the password is «S3cret0»"],
  },
  {
    name: "named value",
    hint: NAME + "|" + SHORT_NAME,
    ...behindFirstGroup(`((?:${NAME}|${SHORT_NAME})${IS}${NO_UPID})${VALUE}`),
    examples: [
      "password=«S3cret»",
      "PGPASSWORD=«S3cret» psql -h db",
      "args: -vnc 0.0.0.0:77,password=«S3cret»,share=ignore",
      "https://host/path?token=«S3cret»&x=1",
      '{"user":"a","secret":"«S3cret S3cret»"}',
      '{\\"user\\":\\"a\\",\\"api_key\\":\\"«S3cret S3cret»\\"}',
      "parola: «S3cret»",
      "PAROLA=«S3cret»",
      "Şifre: «S3cret»",
      "ŞİFRE=«S3cret»",
      "şifreniz = «S3cret»",
      "sifre=«S3cret»",
      "SIFRESI: «S3cret»",
      "MYSQL_PWD=«S3cret» mysql",
      'psk="«S3cret»"',
      "#root password%3A «S3cret»",
      "#%C5%9Fifresi%3A «S3cret»",
      "#%C5%9E%C4%B0FRE%3A «S3cret»",
      "#parolas%C4%B1%3A «S3cret»",
      "https://host/?next=%2Flogin%3Fpassword%3D«S3cret»",
      "body=%7B%22password%22%3A%22«S3cret»",
    ],
  },
  {
    name: "element of XML",
    hint: NAME + "|" + SHORT_NAME,
    ...behindFirstGroup(
      `(<[\\w.:-]{0,40}?(?:${NAME}|${SHORT_NAME})(?:\\s[^<>]{0,120})?>\\s{0,4})` +
        `(?=[^<>]{1,512}<\\/)${VALUE}`,
    ),
    examples: [
      "<AdministratorPassword>«S3cret»</AdministratorPassword>",
      '<ns:secret type="text">«S3cret»</ns:secret>',
    ],
  },
  {
    name: "value whose name says less",
    hint: WEAK_NAME,
    ...behindFirstGroup(`(${WEAK_NAME}${IS})${RANDOM}${VALUE}`),
    examples: ["key: «S3cret»", "pin=«12345»", "https://a.example/b?sv=1&sig=«S3cret»&c=1"],
  },
  {
    name: "option",
    hint: NAME + "|" + SHORT_NAME,
    ...behindFirstGroup(`(${OPTION}(?:${NAME}|${SHORT_NAME})${SPACE})${VALUE}`),
    examples: ["--password «S3cret» --user x", "qm set 100 --cipassword '«S3cret S3cret»'"],
  },
  {
    name: "option whose name says less",
    hint: WEAK_NAME,
    ...behindFirstGroup(`(${OPTION}${WEAK_NAME}${SPACE})${RANDOM}${VALUE}`),
    examples: ["tailscale up --auth-key «S3cret»", "--pin «12345»"],
  },
];
