/**
 * What is not seen, or changes how the rest is seen: control characters (C0 with the escape of ANSI
 * sequences, C1), bidirectional and zero-width ones, tags, fillers, variation selectors, halves of
 * surrogate pairs. The joiners inside an emoji and the selector behind one, or in a key's cap, are left: digits
 * are emoji too, behind which it is not seen.
 */
const HIDDEN =
  /(?!(?<=\p{Extended_Pictographic}\ufe0f?)\u200d(?=\p{Extended_Pictographic}))(?!(?<=\p{Extended_Pictographic})\ufe0f)(?!(?<=[\d#*])\ufe0f\u20e3)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Most texts hold nothing of the kind, which one look tells. */
const PLAIN = /^[\x20-\x7e]*$/;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `text` with every hidden character as an escape (`\u202e`); line breaks and tabs stay. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(
    HIDDEN,
    (character) => character === "\n" || character === "\t" ? character : escaped(character),
  );
}

/** Like `visible`, and line breaks and tabs are escaped too; valid inside of a JSON string. */
export function visibleLine(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(HIDDEN, escaped);
}

function escaped(character: string): string {
  return SHORT[character] ??
    character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join("");
}
