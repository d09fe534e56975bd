/** One line of a card: pieces of text, each in a style of its own. */
export type Line = readonly (readonly [style: Style, text: string])[];

/** What a piece is; each has a colour for light and one for dark. */
export type Style = "asked" | "call" | "plain" | "dim" | "good" | "warning" | "info";

const COLOURS: Readonly<Record<Style | "card" | "edge", readonly [light: string, dark: string]>> = {
  card: ["#f6f8fa", "#0d1117"],
  edge: ["#d0d7de", "#30363d"],
  asked: ["#1f2328", "#f0f6fc"],
  call: ["#0550ae", "#79c0ff"],
  plain: ["#1f2328", "#c9d1d9"],
  dim: ["#57606a", "#9198a1"],
  good: ["#116329", "#56d364"],
  warning: ["#8a4600", "#e3b341"],
  info: ["#0550ae", "#79c0ff"],
};

/** Characters in a line. */
export const COLUMNS = 84;

const [WIDTH, MARGIN, BAR, STEP, SIZE] = [760, 24, 42, 21, 14];

/**
 * A card like a terminal's as an SVG: its text is text, in the reader's own font, and it follows the
 * reader's choice of light or dark. Throws when a line is longer than the card is wide.
 */
export function drawCard(
  lines: readonly Line[],
  { title, description }: { title: string; description: string },
): string {
  const height = BAR + MARGIN + lines.length * STEP;
  const rules = (at: 0 | 1) =>
    Object.entries(COLOURS).map(([name, pair]) =>
      name === "edge"
        ? `.edge{stroke:${pair[at]}}.dot{fill:${pair[at]}}`
        : `.${name}{fill:${pair[at]}}`
    ).join("");
  const font = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>text{font:${SIZE}px ${font};white-space:pre}.asked{font-weight:600}${
    rules(0)
  }@media(prefers-color-scheme:dark){${rules(1)}}</style>
<rect class="card edge" x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
${[0, 1, 2].map((at) => `<circle class="dot" cx="${MARGIN + at * 18}" cy="22" r="5"/>`).join("")}
${lines.map((line, at) => drawLine(line, BAR + (at + 0.7) * STEP)).join("")}</svg>
`;
}

function drawLine(line: Line, y: number): string {
  const length = line.reduce((sum, [, text]) => sum + [...text].length, 0);
  if (length === 0) return "";
  if (length > COLUMNS) throw new Error(`too long for the card: ${line.map(([, text]) => text)}`);
  const pieces = line.map(([style, text]) => `<tspan class="${style}">${escaped(text)}</tspan>`);
  return `<text x="${MARGIN}" y="${y.toFixed(1)}" xml:space="preserve">${pieces.join("")}</text>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
