// Small pictures kept for the next frame: text with a halo and letters in shapes are dear to draw and cheap to copy.
import type { MapTheme } from "./theme";

const KEPT = 1200;
const MADE_PER_FRAME = 10; // of those that may wait

interface Sprite {
  canvas: HTMLCanvasElement;
  width: number; // CSS pixels
  height: number;
}

export class Sprites {
  private readonly kept = new Map<string, Sprite>();
  private theme: MapTheme | null = null;
  private ratio = 1;
  private made = 0; // in this frame
  owing = false; // something waits for the next frame

  // Pictures of another theme or resolution are of no use any more.
  begin(theme: MapTheme, ratio: number): void {
    this.made = 0;
    this.owing = false;
    if (theme === this.theme && ratio === this.ratio) return;
    this.theme = theme;
    this.ratio = ratio;
    this.kept.clear();
  }

  // Puts the picture `key` with its middle at (x, y); `draw` makes it, about (0, 0), when it is not there. One that may wait
  // is made in a later frame when enough are made in this one: fifty names at once would hold the page up.
  put(
    c: CanvasRenderingContext2D,
    key: string,
    x: number,
    y: number,
    size: () => [width: number, height: number],
    draw: (into: CanvasRenderingContext2D) => void,
    mayWait = false,
  ): void {
    let sprite = this.kept.get(key);
    if (!sprite && mayWait && this.made >= MADE_PER_FRAME) {
      this.owing = true;
      return;
    }
    if (sprite) this.kept.delete(key); // used last, forgotten last
    else sprite = this.make(size(), draw);
    this.kept.set(key, sprite);
    if (this.kept.size > KEPT) {
      const oldest = this.kept.keys().next();
      if (!oldest.done) this.kept.delete(oldest.value);
    }
    // Whole device pixels, or the copy blurs.
    const left = Math.round((x - sprite.width / 2) * this.ratio) / this.ratio;
    const top = Math.round((y - sprite.height / 2) * this.ratio) / this.ratio;
    c.drawImage(sprite.canvas, left, top, sprite.width, sprite.height);
  }

  private make([width, height]: [number, number], draw: (into: CanvasRenderingContext2D) => void): Sprite {
    this.made += 1;
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(width * this.ratio);
    canvas.height = Math.ceil(height * this.ratio);
    const into = canvas.getContext("2d");
    if (!into) throw new Error("no 2D canvas");
    into.setTransform(this.ratio, 0, 0, this.ratio, canvas.width / 2, canvas.height / 2);
    draw(into);
    return { canvas, width: canvas.width / this.ratio, height: canvas.height / this.ratio };
  }
}
