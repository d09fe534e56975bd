import { GLYPH, hasDot } from "./glyphs.ts";
import { type Colour, encodePng } from "./png.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Each colour comes in this many strengths over white, for smooth edges. */
const STRENGTHS = 8;
const SCALE = 2;

/** Pixels across that a letter takes, with the space that follows it. */
export const LETTER_WIDTH = (GLYPH.width + 1) * SCALE;
export const LETTER_HEIGHT = GLYPH.height * SCALE;

/** A white sheet to draw on, in a few colours, which are told by their number. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #colours: readonly Colour[];
  readonly #pixels: Uint8Array;

  /** @param options.colours at most 32 */
  constructor(
    { width, height, colours }: { width: number; height: number; colours: readonly Colour[] },
  ) {
    this.width = width;
    this.height = height;
    this.#colours = colours;
    this.#pixels = new Uint8Array(width * height);
  }

  /** Fills a rectangle. */
  fill({ x, y }: Point, size: { width: number; height: number; colour: number }): void {
    for (let row = y; row < y + size.height; row++) {
      for (let column = x; column < x + size.width; column++) {
        this.#set(column, row, size.colour * STRENGTHS + STRENGTHS - 1);
      }
    }
  }

  /** Writes a line of text; `at` is its upper left corner. */
  text(at: Point, text: string, colour: number): void {
    const dots = { width: SCALE, height: SCALE, colour };
    [...text].forEach((letter, place) => {
      for (let y = 0; y < GLYPH.height; y++) {
        for (let x = 0; x < GLYPH.width; x++) {
          const corner = { x: at.x + place * LETTER_WIDTH + x * SCALE, y: at.y + y * SCALE };
          if (hasDot(letter, x, y)) this.fill(corner, dots);
          else this.#soften(corner, { letter, x, y, colour });
        }
      }
    });
  }

  /** Rounds the corner between two dots that touch at a corner only. */
  #soften(
    corner: Point,
    { letter, x, y, colour }: { letter: string; x: number; y: number; colour: number },
  ): void {
    for (const [dx, dy] of [[-1, -1], [1, -1], [-1, 1], [1, 1]] as const) {
      const beside = hasDot(letter, x + dx, y) && hasDot(letter, x, y + dy);
      if (!beside || hasDot(letter, x + dx, y + dy)) continue;
      const place = { x: corner.x + (dx > 0 ? 1 : 0), y: corner.y + (dy > 0 ? 1 : 0) };
      this.#set(place.x, place.y, colour * STRENGTHS + STRENGTHS - 3);
    }
  }

  /** Draws a stroke from point to point, two pixels wide with smooth edges. */
  stroke(points: readonly Point[], colour: number): void {
    const [only] = points;
    if (only && points.length === 1) this.#segment([only, only], colour);
    for (let at = 1; at < points.length; at++) {
      const [from, to] = [points[at - 1], points[at]];
      if (from && to) this.#segment([from, to], colour);
    }
  }

  #segment([from, to]: readonly [Point, Point], colour: number): void {
    const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
    const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
    for (let y = Math.floor(top) - 2; y <= bottom + 2; y++) {
      for (let x = Math.floor(left) - 2; x <= right + 2; x++) {
        const cover = Math.min(1, 1.5 - distance({ x, y }, from, to));
        const strength = Math.round(cover * (STRENGTHS - 1));
        if (strength <= 0) continue;
        const value = colour * STRENGTHS + strength;
        const there = this.#pixels[y * this.width + x] ?? 0;
        const same = Math.floor(there / STRENGTHS) === colour;
        if (!same || there < value) this.#set(x, y, value);
      }
    }
  }

  #set(x: number, y: number, value: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    this.#pixels[Math.floor(y) * this.width + Math.floor(x)] = value;
  }

  /** The sheet as a PNG file. */
  png(): Uint8Array<ArrayBuffer> {
    const palette = this.#colours.flatMap((colour) =>
      Array.from({ length: STRENGTHS }, (_, strength) => {
        const share = strength / (STRENGTHS - 1);
        const [red, green, blue] = colour.map((part) => Math.round(255 + (part - 255) * share));
        return [red, green, blue] as unknown as Colour;
      })
    );
    return encodePng(this.#pixels, { width: this.width, palette });
  }
}

function distance({ x, y }: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / length;
  const share = Math.max(0, Math.min(1, along));
  return Math.hypot(x - from.x - share * dx, y - from.y - share * dy);
}
