import { behindFirstGroup, QUOTE, REDACTED, type SecretKind, VALUE } from "./secret_value.ts";

/** `Cannot create token: there is no …`: a sentence goes on, no value follows. */
export const PROSE = "(?-i: [a-z]{1,20}[,;]? [a-z(])";

/** A line of a key has big letters and digits, which most paths and commands have not. */
const KEY_LINE = "(?=[^\\n]{0,75}[A-Z])(?=[^\\n]{0,75}\\d)[A-Za-z0-9+/]{16,76}={0,2}";
const LINE_END = "(?:\\r?\\n|\\\\{1,3}n)";
/** What has no big letter may be a command that is to be hidden: `/sbin/reboot`. */
const NO_COMMAND = "(?=[a-z0-9+/]{0,75}[A-Z])";
const SPACE = "(?:[ +]|%20)";
/** In place of a line's end. */
const GAP = "(?:(?:%0D)?%0A|[ \\t]{1,4})";
const KEY_LETTER = "(?:[A-Za-z0-9+/]|%2[BF])";
const PAIR = `[\\w.$-]{1,80}=${VALUE}`;
const SERVICES = "gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|npm_|hf_|dop_v1_|sk-|SG\\.|" +
  "[rs]k_(?:live|test)_|AIza|hv[bs]\\.|AGE-SECRET-KEY-1|tskey-";
const WEBHOOKS = "hooks\\.slack\\.com/services/|discord(?:app)?\\.com/api/webhooks/|" +
  "api\\.telegram\\.org/bot";
const HASH_SALT = "(?:[\\w./=,+-]{1,100}\\$){1,4}";

/** Secrets that are known by their form, or by a word that stands before them and nowhere else. */
export const SECRET_FORMS: readonly SecretKind[] = [
  {
    name: "private key",
    hint: "PRIVATE KEY",
    ...behindFirstGroup(
      `(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----${LINE_END})` +
        `(?:(?:Proc-Type|DEK-Info): [\\w,-]{1,80}${LINE_END}){0,2}(?:${LINE_END})?` +
        `${KEY_LINE}(?:${LINE_END}${NO_COMMAND}[A-Za-z0-9+/]{1,76}={0,2}(?![\\w ])){0,200}`,
      "g",
    ),
    examples: [
      "-----BEGIN PRIVATE KEY-----\n«MC4CAQAwBQYDK2VwBCIEIPx0Tz9wQ3nB6s1JrL2mVd8u»\n-----END PRIVATE KEY-----",
      "-----BEGIN OPENSSH PRIVATE KEY-----\\n«b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAA»\\nand no end",
    ],
  },
  {
    name: "private key in one line",
    hint: `PRIVATE${SPACE}KEY`,
    ...behindFirstGroup(
      `(-----BEGIN${SPACE}(?:[A-Z0-9]{1,20}${SPACE}){0,3}PRIVATE${SPACE}KEY-----${GAP}?)` +
        `${NO_COMMAND}(?=[A-Za-z+/%]{0,75}\\d)${KEY_LETTER}{16,16384}` +
        `(?:${GAP}${NO_COMMAND}${KEY_LETTER}{1,76}(?=${GAP}|=|%3D|-----END|$)){0,200}`,
      "g",
    ),
    examples: [
      "-----BEGIN PRIVATE KEY----- «MC4CAQAwBQYDK2VwBCIEIPx0 Tz9wQ3nB6s1JrL2mVd8u» -----END PRIVATE KEY-----",
      "-----BEGIN RSA PRIVATE KEY-----«MC4CAQAwBQYDK2VwBCIEIPx0Tz9wQ3nB6s1JrL2mVd8u»-----END RSA PRIVATE KEY-----",
      "#-----BEGIN PRIVATE KEY-----%0A«MC4CAQAwBQYDK2VwBCIEIPx0»%0A-----END PRIVATE KEY-----",
      "k=-----BEGIN+PRIVATE+KEY-----%0D%0A«MC4CAQAwBQYDK2VwBCIEIx0»%3D",
      "-----BEGIN%20PRIVATE%20KEY-----%0A«MC4CAQAwBQYDK2VwBCIEIPx0»%0A",
    ],
  },
  {
    name: "private key of PuTTY",
    hint: "Private-Lines",
    ...behindFirstGroup(
      `(Private-Lines: \\d{1,3}${LINE_END})` +
        `${KEY_LINE}(?:${LINE_END}${NO_COMMAND}[A-Za-z0-9+/]{1,76}={0,2}(?![\\w -])){0,200}`,
      "g",
    ),
    examples: [
      "Private-Lines: 1\n«AAAAIGh0MkRzQ3nB6s1JrL2mVd8uAAAA»\nPrivate-MAC: 0a",
    ],
  },
  {
    name: "private key in base64",
    hint: "LS0tLS1CRUdJTi",
    // Of PKCS 8, RSA, EC, OpenSSH and what is encrypted; not of certificates.
    ...behindFirstGroup(
      "(LS0tLS1CRUdJTiB(?:QUklW|SU0Eg|FQyBQ|PUEVO|FTkNS))[A-Za-z0-9+/]{16,8192}={0,2}",
      "g",
    ),
    examples: [
      "data: LS0tLS1CRUdJTiBQUklW«QVRFIEtFWS0tLS0tCk1DNENBUUF3QlFZREsyVndCQ0lFSVB4MFR6»",
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
    name: "ticket of Proxmox",
    hint: "(?:PVE|PBS|PMG)[A-Z]{0,8}(?::|%3A)",
    ...behindFirstGroup(
      "(\\b(?:PVE|PBS|PMG)[A-Z]{0,8}(?::|%3A)(?:[^\\s:]{1,128}?(?::|%3A))?[0-9A-F]{8}(?::|%3A){2})" +
        "[A-Za-z0-9+/=%]{16,1024}",
    ),
    examples: [
      "PVE:root@pam:6B098237::«S3cretS3cretS3cret+/==»",
      "PVEVNC:6B098237::«S3cretS3cretS3cret==»",
      "PVE%3Aroot%40pam%3A6B098237%3A%3A«S3cretS3cretS3cret%3D%3D»",
      "PBSTERM:root@pam:6b098237::«S3cretS3cretS3cret»",
    ],
  },
  {
    name: "key of Ceph",
    hint: "AQ[A-Za-z0-9+/]{4}",
    ...behindFirstGroup("((?<![A-Za-z0-9+/])AQ)[A-Za-z0-9+/]{36}==", "g"),
    examples: ["ceph-authtool --add-key AQ«BzL2VhAAAAABAAlz3OX0UeYFQxoZGuvJ1c6Q==»"],
  },
  {
    name: "token of this program",
    hint: "pmcp[aor]?_",
    ...behindFirstGroup("(pmcp[aor]?_)[\\w-]{1,2048}", "g"),
    examples: [
      "used pmcp_«S3cretS3cret» twice",
      "got pmcpa_«S3cretS3cret», pmcpr_«S3cretS3cret» for pmcpo_«S3cretS3cret»",
    ],
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
    name: "signature in an address",
    hint: "-signature=",
    ...behindFirstGroup("(X-(?:Amz|Goog)-Signature=)[0-9a-f]{16,1024}"),
    examples: [
      "https://a.example/b.iso?X-Amz-Expires=9&X-Amz-Signature=«0f1e2d3c4b5a69788796»&c=1",
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
];
