import { COMMAND_KINDS } from "./secret_commands.ts";
import { INPUT_KINDS } from "./secret_inputs.ts";
import {
  behindFirstGroup,
  QUOTE,
  RANDOM,
  REDACTED,
  type SecretKind,
  VALUE,
} from "./secret_value.ts";

/** Letters that a name may go on with: `DB_PASSWORD_2`, `şifreniz`. */
const TAIL = "[\\w.\\u00c0-\\u017f\\u0307-]{0,40}";
/** Of the tools whose names end so, a message goes on with an argument's name. */
const NO_TOOL = "(?<!(?:create|delete)_proxmox_)";
const NAME = "(?:pass(?:word|wd|wort|phrase)|secret|credential|(?:api|auth|private)[_-]?key|" +
  NO_TOOL +
  "token(?![_-]?(?:names?|ids?)(?![a-z]))|parola|[sşŞ]\\u0327?[iıİ]\\u0307?fre(?!le|li))" + TAIL +
  "(?<![_-](?:file|stdin))";
const SHORT_NAME = "(?<![a-z])(?:pwd|pass|pw|psk)s?";
/** Names that as often mean something else; what follows must look random. */
const WEAK_NAME = "(?<![a-z])(?:key|cookie|ticket|otp|jwt|pin|sig)s?";
/** `Cannot create token: there is no …`: a sentence goes on, no value follows. */
const PROSE = "(?-i: [a-z]{1,20}[,;]? [a-z(])";
const IS = `(?:\\\\{0,3}["'])?[ \\t]{0,4}(?:=>?|:(?!\\/\\/)(?!${PROSE}))\\s{0,4}${QUOTE}`;
const OPTION = "(?<![\\w-])--?[\\w-]{0,80}?";
const SPACE = `[ \\t]{1,8}${QUOTE}(?!-)`;

/** A line of a key has big letters and digits, which most paths and commands have not. */
const KEY_LINE = "(?=[^\\n]{0,75}[A-Z])(?=[^\\n]{0,75}\\d)[A-Za-z0-9+/]{16,76}={0,2}";
const LINE_END = "(?:\\r?\\n|\\\\{1,3}n)";
const PAIR = `[\\w.$-]{1,80}=${VALUE}`;
const SERVICES = "gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|npm_|hf_|dop_v1_|sk-|SG\\.|" +
  "[rs]k_(?:live|test)_|AIza|hv[bs]\\.|AGE-SECRET-KEY-1|tskey-";
const WEBHOOKS = "hooks\\.slack\\.com/services/|discord(?:app)?\\.com/api/webhooks/|" +
  "api\\.telegram\\.org/bot";
const HASH_SALT = "(?:[\\w./=,+-]{1,100}\\$){1,4}";

/** In the order in which they are looked for: what is known by its form comes first. */
export const SECRET_KINDS: readonly SecretKind[] = [
  {
    name: "private key",
    hint: "PRIVATE KEY",
    ...behindFirstGroup(
      `(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----${LINE_END})` +
        `(?:(?:Proc-Type|DEK-Info): [\\w,-]{1,80}${LINE_END}){0,2}(?:${LINE_END})?` +
        `${KEY_LINE}(?:${LINE_END}[A-Za-z0-9+/]{1,76}={0,2}(?![\\w ])){0,200}`,
      "g",
    ),
    examples: [
      "-----BEGIN PRIVATE KEY-----\n«MC4CAQAwBQYDK2VwBCIEIPx0Tz9wQ3nB6s1JrL2mVd8u»\n-----END PRIVATE KEY-----",
      "-----BEGIN OPENSSH PRIVATE KEY-----\\n«b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAA»\\nand no end",
    ],
  },
  {
    name: "authorization",
    hint: "authorization",
    ...behindFirstGroup(
      `(\\b(?:proxy-)?authorization(?:\\\\{0,3}["'])?\\s{0,4}[:=](?:\\s{0,4}${QUOTE}` +
        `(?:bearer|basic|digest|negotiate|token|apikey)\\s{1,4}|(?!${PROSE})\\s{0,4}${QUOTE}))${VALUE}`,
    ),
    examples: [
      "Authorization: Bearer «S3cretS3cret»",
      "curl -H 'Authorization: «PVEAPIToken=root@pam!mcp=S3cret0a»' https://pve1:8006/",
      '{"authorization":"basic «dXNlcjpTM2NyZXQ=»"}',
    ],
  },
  {
    name: "cookies",
    hint: "cookie",
    pattern: new RegExp(
      `((?:set-)?cookie(?:\\\\{0,3}["'])?\\s{0,4}[:=]\\s{0,4}${QUOTE})(${PAIR}(?:; ?${PAIR}){0,30})`,
      "gi",
    ),
    replacement: (_whole, before = "", pairs = "") =>
      before + pairs.replace(/=[^;]{1,512}/g, `=${REDACTED}`),
    examples: [
      "Set-Cookie: PVEAuthCookie=«S3cretS3cret»",
      "cookie: a=«S3cret1»; b=«S3cret2»",
    ],
  },
  {
    name: "authentication scheme",
    hint: "bearer|basic|pveapitoken|pveauthcookie",
    ...behindFirstGroup(
      `(\\b(?:bearer\\s{1,4}(?=\\S{0,20}\\d|\\S{20})|basic\\s{1,4}(?=[A-Za-z0-9+/]{0,30}(?:\\d|=))` +
        `|(?:pveapitoken|pveauthcookie)\\s{0,4}[=:]?\\s{0,4}))${VALUE}`,
    ),
    examples: ["bearer «S3cretS3cret»", "PVEAPIToken=«root@pam!mcp=S3cret0a»"],
  },
  {
    name: "Proxmox API token",
    hint: "![\\w.-]{1,128}[=:]",
    ...behindFirstGroup(
      "(![\\w.-]{1,128}[=:])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ),
    examples: ["root@pam!mcp=«0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0»"],
  },
  {
    name: "token of this program",
    hint: "pmcp_",
    ...behindFirstGroup("(pmcp_)[\\w-]{1,512}", "g"),
    examples: ["used pmcp_«S3cretS3cret» twice"],
  },
  {
    name: "JSON Web Token",
    hint: "eyJ",
    ...behindFirstGroup(
      "((?<![\\w-])eyJ)[\\w-]{5,4096}\\.[\\w-]{2,8192}(?:\\.[\\w-]{0,2048})?",
      "g",
    ),
    examples: ["eyJ«hbGciOiJIUzI1NiJ9.S3cretS3cret.S3cretS3cret»"],
  },
  {
    name: "token of a known service",
    hint: SERVICES,
    ...behindFirstGroup(
      `(${SERVICES})` +
        "(?=[\\w.-]{0,60}\\d)[A-Za-z0-9][\\w.-]{11,512}",
      "g",
    ),
    examples: [
      "ghp_«S3cretS3cretS3cretS3cretS3cretS3cret»",
      "github_pat_«11S3cretS3cret_S3cretS3cretS3cret»",
      "glpat-«S3cret-S3cretS3cret»",
      "xoxb-«1234567890-S3cretS3cret»",
      "sk_live_«S3cretS3cretS3cret»",
      "AIza«S3cretS3cretS3cretS3cret»",
      "hvs.«S3cretS3cretS3cret»",
    ],
  },
  {
    name: "address that is a secret",
    hint: WEBHOOKS,
    ...behindFirstGroup(`(${WEBHOOKS})(?:\\w{1,24}/){0,2}[\\w:-]{10,200}`),
    examples: [
      "https://hooks.slack.com/services/«T00000000/B00000000/S3cretS3cret»",
      "https://discord.com/api/webhooks/«123456789012/S3cretS3cret»",
      "https://api.telegram.org/bot«1234567890:S3cretS3cret»/sendMessage",
    ],
  },
  {
    name: "AWS access key",
    hint: "AKIA|ASIA",
    ...behindFirstGroup("(AKIA|ASIA)[A-Z0-9]{16}", "g"),
    examples: ["AKIA«IOSFODNN7EXAMPLE»", "id=ASIA«IOSFODNN7EXAMPLE»,"],
  },
  {
    name: "password hash",
    hint: "\\$[a-z0-9]{1,8}",
    ...behindFirstGroup(
      `(\\$(?:1|5|6|7|y|gy|apr1|2[abxy]?|argon2[a-z]{1,2}|pbkdf2[\\w-]{0,20})\\$)${HASH_SALT}[\\w./+]{4,200}`,
      "g",
    ),
    examples: [
      "root:$6$«S3saltS3salt$S3hashS3hash.S3hash/S3hash»:19000:0:99999:7:::",
      "$1$«S3salt$S3hashS3hashS3hashS3hash»",
      "$y$«j9T$S3salt$S3hashS3hashS3hash»",
      "$2b$«12$S3hashS3hashS3hashS3hashS3hash»",
    ],
  },
  {
    name: "login in the URL of a database",
    hint: "@",
    pattern:
      /\b((?:postgres(?:ql)?|mysql|mariadb|redis|amqp|mongodb(?:\+srv)?)s?:\/\/)[^\s;|`<>"'({]{0,256}@/gi,
    replacement: `$1${REDACTED}@`,
    examples: [
      "postgres://«site:S3cret»@db.example/mcp",
      "postgres://«site:a/S3cret@b»@db.example/mcp",
    ],
  },
  {
    name: "login in a URL",
    hint: "@",
    pattern: /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>;|`({]{0,256}@/gi,
    replacement: `$1${REDACTED}@`,
    examples: ["https://«user:S3cret»@host/path"],
  },
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
    hint: "identified",
    ...behindFirstGroup(
      `(\\bidentified\\s{1,4}(?:with\\s{1,4}\\S{1,40}\\s{1,4})?by\\s{1,4}["'])${VALUE}`,
    ),
    examples: ["CREATE USER a IDENTIFIED BY '«S3cret S3cret»'"],
  },
  {
    name: "named value",
    hint: NAME + "|" + SHORT_NAME,
    ...behindFirstGroup(`((?:${NAME}|${SHORT_NAME})${IS})${VALUE}`),
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
