// Puts thousands of small pictures into a pixel buffer, without the drawing calls that make a 2D canvas slow: 20,000
// tracks cost a few milliseconds on a machine without a graphics card. Colours are plain RGBA as ImageData has them.

interface StampPicture {
  dx: Int16Array;
  dy: Int16Array;
  at: Int32Array; // offset from the middle in the buffer
  colour: Uint32Array;
}

export class Stamper {
  readonly pixels: ImageData;
  private readonly words: Uint32Array;
  private pictures: StampPicture[] = [];
  private half = 0;

  constructor(width: number, height: number) {
    this.pixels = new ImageData(Math.max(1, width), Math.max(1, height));
    this.words = new Uint32Array(this.pixels.data.buffer);
  }

  clear(): void {
    this.words.fill(0);
  }

  // Takes a strip of pictures, box x box each; only their pixels that are not clear are kept.
  setPictures(strip: Uint32Array, box: number, count: number): void {
    this.half = box >> 1;
    this.pictures = Array.from({ length: count }, (_, which) => {
      const found: [number, number, number][] = [];
      for (let y = 0; y < box; y += 1) {
        for (let x = 0; x < box; x += 1) {
          const colour = strip[y * box * count + which * box + x] ?? 0;
          if (colour >>> 24 > 0) found.push([x - this.half, y - this.half, colour]);
        }
      }
      return {
        dx: Int16Array.from(found, (one) => one[0]),
        dy: Int16Array.from(found, (one) => one[1]),
        at: Int32Array.from(found, (one) => one[1] * this.pixels.width + one[0]),
        colour: Uint32Array.from(found, (one) => one[2]),
      };
    });
  }

  // Puts a picture with its middle at (x, y), cut at the edges.
  stamp(which: number, x: number, y: number): void {
    const picture = this.pictures[which];
    if (!picture) return;
    const { width, height } = this.pixels;
    const { half, words } = this;
    const { dx, dy, at, colour } = picture;
    const whole = x >= half && y >= half && x < width - half && y < height - half;
    const middle = y * width + x;
    for (let i = 0; i < at.length; i += 1) {
      if (!whole) {
        const px = x + (dx[i] as number);
        const py = y + (dy[i] as number);
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
      }
      const target = middle + (at[i] as number);
      const own = colour[i] as number;
      const under = words[target] as number;
      const alpha = own >>> 24;
      words[target] = alpha === 255 || under === 0 ? own : over(own, under, alpha);
    }
  }
}

// `colour` over `under`, both plain RGBA words (little endian: alpha on top).
export function over(colour: number, under: number, alpha: number): number {
  const below = under >>> 24;
  if (below === 255) {
    // The usual case, in whole numbers: 0..256 as the share of the upper.
    const share = alpha + (alpha >>> 7);
    const rest = 256 - share;
    const odd = ((colour & 0xff00ff) * share + (under & 0xff00ff) * rest) >>> 8;
    const even = ((colour >>> 8) & 0xff) * share + ((under >>> 8) & 0xff) * rest;
    return ((odd & 0xff00ff) | (even & 0xff00) | 0xff000000) >>> 0;
  }
  const kept = (below * (255 - alpha)) / 255;
  const all = alpha + kept;
  const red = Math.round(((colour & 255) * alpha + (under & 255) * kept) / all);
  const green = Math.round((((colour >>> 8) & 255) * alpha + ((under >>> 8) & 255) * kept) / all);
  const blue = Math.round((((colour >>> 16) & 255) * alpha + ((under >>> 16) & 255) * kept) / all);
  return ((Math.round(all) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
