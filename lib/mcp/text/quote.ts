/** What ends a line somewhere, or is not seen. */
// deno-lint-ignore no-control-regex -- these are what must not pass
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/**
 * A text as it is where that cannot be taken for anything else, else as a JSON string: a guest's name or
 * notes can make neither lines nor cells of their own.
 *
 * @param separators characters that mean something where the text will stand
 */
export function quoted(text: string, separators = ""): string {
  const plain = text !== "" && text.trim() === text && !text.startsWith('"') &&
    !UNSEEN.test(text) && ![...separators].some((separator) => text.includes(separator));
  return plain ? text : escaped(text, separators);
}

function escaped(text: string, separators: string): string {
  return [...JSON.stringify(text)].map((character) => {
    if (!UNSEEN.test(character) && !separators.includes(character)) return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  }).join("");
}
