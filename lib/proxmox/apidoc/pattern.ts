/** Proxmox VE 9.2's longest has 244 characters; looking through one takes the square of its length. */
const LONGEST = 2_000;

/**
 * A Perl pattern of Proxmox's as JavaScript; undefined when it cannot be one, or when a text could keep it busy
 * for ever: then Proxmox decides alone. The pattern of OCI references (9.2) takes twice as long for each letter
 * more, hours for forty, and nobody else is answered meanwhile.
 */
export function patternOf(perl: string): RegExp | undefined {
  if (perl.length > LONGEST) return undefined;
  const source = perl.replaceAll("(?^:", "(?:").replaceAll("(?^i:", "(?i:");
  if (repeatsChoices(source)) return undefined;
  try {
    return new RegExp(`^(?:${source})$`);
  } catch {
    return undefined;
  }
}

/** An escape, a class, the beginning of a group, a number of times, or any other character. */
const PART = /\\[^]|\[(?:\\[^]|[^\]\\])*\]|\((?:\?(?:<?[=!]|<\w+>|[a-z-]*:|>))?|\{\d*,?\d*\}|[^]/g;
const CHOICE = /^(?:[|*+?]|\{\d*,\d*\})$/;
const TIMES = /^(?:[*+]|\{\d*,?\d*\})$/;

/**
 * Whether a group is repeated that can be matched in more than one way: `(a+)*`, `(a|b?){20}`. Only where that is
 * so can trying all of them take exponentially long.
 */
function repeatsChoices(source: string): boolean {
  const parts = source.match(PART) ?? [];
  /** Of each group that is open, and of the whole, whether there is a choice in it. */
  const open = [false];
  for (const [at, part] of parts.entries()) {
    if (part.startsWith("(")) open.push(false);
    else if (part === ")") {
      const chooses = open.pop() ?? false;
      if (chooses && TIMES.test(parts[at + 1] ?? "")) return true;
      open.push((open.pop() ?? false) || chooses);
    } else if (CHOICE.test(part)) open.push((open.pop(), true));
  }
  return false;
}
