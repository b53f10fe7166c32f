// Puts thousands of small pictures into a pixel buffer, without the drawing calls that make a 2D canvas slow: 20,000
// tracks cost a few milliseconds on a machine without a graphics card. Colours are plain RGBA as ImageData has them.

export class Stamper {
  pixels: ImageData;
  private words: Uint32Array;

  constructor(width: number, height: number) {
    this.pixels = new ImageData(Math.max(1, width), Math.max(1, height));
    this.words = new Uint32Array(this.pixels.data.buffer);
  }

  clear(): void {
    this.words.fill(0);
  }

  // Puts picture `which` of a strip (box x box each) with its middle at (x, y), cut at the edges.
  stamp(strip: Uint32Array, box: number, shapes: number, which: number, x: number, y: number): void {
    const { width, height } = this.pixels;
    const half = box >> 1;
    const left = x - half;
    const top = y - half;
    const from = Math.max(0, -left);
    const to = Math.min(box, width - left);
    const first = Math.max(0, -top);
    const last = Math.min(box, height - top);
    const row = box * shapes;
    for (let j = first; j < last; j += 1) {
      let source = j * row + which * box + from;
      let target = (top + j) * width + left + from;
      for (let i = from; i < to; i += 1, source += 1, target += 1) {
        const colour = strip[source] as number;
        const alpha = colour >>> 24;
        if (alpha === 0) continue;
        const under = this.words[target] as number;
        this.words[target] = alpha === 255 || under === 0 ? colour : over(colour, under, alpha);
      }
    }
  }
}

// `colour` over `under`, both plain RGBA words (little endian: alpha on top).
export function over(colour: number, under: number, alpha: number): number {
  const below = under >>> 24;
  const kept = (below * (255 - alpha)) / 255;
  const all = alpha + kept;
  const mix = (shift: number): number =>
    Math.round((((colour >>> shift) & 255) * alpha + ((under >>> shift) & 255) * kept) / all);
  return ((Math.round(all) << 24) | (mix(16) << 16) | (mix(8) << 8) | mix(0)) >>> 0;
}
