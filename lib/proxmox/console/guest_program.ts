/** What the program in the guest is to run. */
export interface GuestTask {
  readonly nonce: string;
  /** For `sh -c`. */
  readonly script: string;
  readonly user: string | undefined;
  readonly timeoutSeconds: number;
}

/** Of one block. */
export const BLOCK_BYTES = 64 * 1024;
/** A command is ended that writes more into one stream. */
const MOST_WRITTEN = 16 * 1024 * 1024;
/** After so many seconds without a question, the program ends all and removes its folder. */
export const GONE_SECONDS = 10;

const BOOT_SECONDS = 20;

/**
 * The one line that is typed at the prompt. It replaces the shell, so that the session ends with it, reads
 * the program line by line and runs it. The nonce stands in two halves, so that its echo is no answer.
 */
export function bootLine(nonce: string): string {
  const half = nonce.length / 2;
  const say = `printf "%s%s %s ok %s\\n" ${nonce.slice(0, half)} ${nonce.slice(half)}`;
  // Without a client the shell would wait for ever: whoever opens the terminal next would be in it.
  const watch =
    `(sleep ${BOOT_SECONDS} & s=$!; trap "kill $s; exit" TERM; wait $s; kill -s KILL $$) >/dev/null 2>&1 & w=$!`;
  return ` exec /bin/sh -c 'stty raw -echo; ${watch}; p=; i=0; ${say} 0 0; ` +
    `while IFS= read -r l; do [ "$l" = . ] && break; p="$p$l"; i=$((i+1)); ${say} $i \${#p}; done; ` +
    `eval "$(printf %s "$p" | base64 -d)"'\r`;
}

/**
 * The program: it runs the script in a session of its own with files for its three streams, since pipes
 * hang on what it leaves in the background, and answers questions until told to go. A watchdog ends the
 * script when its time is up or it writes too much, and everything when the client is gone.
 */
export function guestProgram({ nonce, script, user, timeoutSeconds }: GuestTask): string {
  // The shell that runs the script tells whom a signal must reach: `su` may put it into a session of its own.
  const command = quoted(`echo $$ >&9; exec 9>&-\n${script}`);
  const run = user === undefined ? `/bin/sh -c ${command}` : `su -s /bin/sh ${user} -c ${command}`;
  return `set -f; u=$(umask); umask 077; N=${nonce}; kill $w 2>/dev/null
say() { echo "$N $*"; }
for t in base64 dd id mktemp sed setsid sha256sum stty wc${user === undefined ? "" : " su"}; do
  command -v $t >/dev/null 2>&1 || { say 0 lacks $t; exit; }
done
${user === undefined ? "" : `id -u ${user} >/dev/null 2>&1 || { say 0 nouser; exit; }`}
d=$(mktemp -d 2>/dev/null) && : >"$d/in" && : >"$d/out" && : >"$d/err" || { say 0 nofolder; exit; }
size() { wc -c <"$d/$1" | sed "s/ //g"; }
sig() {
  for f in pid pg; do
    x=; read -r x <"$d/$f"
    case $x in "" | *[!0-9]*) ;; *) kill -s $1 -- -$x ;; esac
  done 2>/dev/null
}
run() {
  ( cd /; umask $u
    setsid ${run} <"$d/in" >"$d/out" 2>"$d/err" 9>"$d/pg" &
    p=$!; echo $p >"$d/pid"; wait $p; echo $? >"$d/s"; mv "$d/s" "$d/st"
  ) >/dev/null 2>&1 &
}
watch() {
  ( trap "" HUP; n=0; q=0; k=0
    while sleep 1; do
      [ -d "$d" ] || exit
      q=$((q+1)); [ -e "$d/alive" ] && { rm -f "$d/alive"; q=0; }
      if [ $q -ge ${GONE_SECONDS} ]; then sig KILL; rm -rf "$d"; kill -s KILL $$; exit; fi
      [ -e "$d/pid" ] || continue
      [ -e "$d/st" ] && continue
      n=$((n+1)); y=
      [ $n -ge ${timeoutSeconds} ] && y=time
      for f in out err; do [ $(size $f) -gt ${MOST_WRITTEN} ] && y=size; done
      [ "$y" ] && [ ! -e "$d/why" ] && echo $y >"$d/why"
      [ -e "$d/why" ] || continue
      k=$((k+1)); [ $k -eq 1 ] && sig TERM; [ $k -ge 4 ] && sig KILL
    done
  ) >/dev/null 2>&1 &
  W=$!
}
watch; R=; say 0 ready
while IFS= read -r l; do
  : >"$d/alive"; set -- $l
  case $1 in
    w) z=$(size in)
      [ "$z" = "$3" ] && { printf %s "$4" | base64 -d >>"$d/in"; z=$(size in); }
      say $2 ok $z ;;
    r) [ "$R" ] || run; R=1; say $2 ok ;;
    s) x=-; y=-; [ -e "$d/st" ] && read -r x <"$d/st"; [ -e "$d/why" ] && read -r y <"$d/why"
      say $2 st $x $y $(size out) $(size err) ;;
    b) dd if="$d/$3" bs=${BLOCK_BYTES} skip=$4 count=1 >"$d/block" 2>/dev/null; h=$(sha256sum <"$d/block")
      base64 -w 900 <"$d/block" | sed "s/^/$N $2 d /"
      say $2 ok $(size block) \${h%% *} ;;
    q) [ -e "$d/st" ] || { sig TERM; sleep 1; sig KILL; }
      kill $W; rm -rf "$d"; say $2 bye; exit ;;
  esac
done
sig KILL; rm -rf "$d"
`;
}

/** One word of a shell's command line. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
