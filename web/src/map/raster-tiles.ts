// Raster tiles for the Canvas-2D map: fetched as they are needed, newest first, a few hundred kept.
import type { BaseMap } from "./config";
import { TileJudge } from "./engine";
import { checkPicture, fetchMap, MapRefused } from "./map-door";
import { toMap, type View, worldSize } from "./projection";

type RasterBase = Extract<BaseMap, { kind: "raster" }>;
const KEPT = 320;

export class RasterTiles {
  private readonly tiles = new Map<string, ImageBitmap | "coming" | "failed">();
  private readonly judge = new TileJudge();
  private readonly off = new AbortController();
  private stopped = false;

  constructor(
    private readonly base: RasterBase,
    private readonly arrived: () => void,
    private readonly failed: () => void,
  ) {}

  dispose(): void {
    this.stopped = true;
    this.off.abort();
    for (const tile of this.tiles.values()) if (tile instanceof ImageBitmap) tile.close();
  }

  draw(c: CanvasRenderingContext2D, view: View, ratio: number): void {
    const { base } = this;
    const wanted = Math.round(view.zoom + Math.log2((512 / base.tileSize) * Math.min(ratio, 2)));
    const z = Math.max(base.minzoom, Math.min(base.maxzoom, wanted));
    const across = 2 ** z;
    const px = (worldSize(view.zoom) / across) * ratio;
    const [west, north] = toMap(view, 0, 0);
    const [east, south] = toMap(view, view.width, view.height);
    const top = Math.max(0, Math.floor(north * across));
    const bottom = Math.min(across - 1, Math.floor(south * across));
    for (let ty = top; ty <= bottom; ty += 1) {
      for (let tx = Math.floor(west * across); tx <= Math.floor(east * across); tx += 1) {
        const x = Math.round((tx / across - west) * worldSize(view.zoom) * ratio);
        const y = Math.round((ty / across - north) * worldSize(view.zoom) * ratio);
        this.drawTile(c, z, tx, ty, x, y, Math.ceil(px) + 1);
      }
    }
    this.forgetOld();
  }

  // The tile, or while it comes the part of a coarser one that covers the same ground.
  private drawTile(c: CanvasRenderingContext2D, z: number, tx: number, ty: number, x: number, y: number, px: number): void {
    const own = this.get(z, tx, ty);
    if (own) {
      c.drawImage(own, x, y, px, px);
      return;
    }
    for (let up = 1; up <= 4 && z - up >= this.base.minzoom; up += 1) {
      const held = this.tiles.get(`${z - up}/${tx >> up}/${ty >> up}`);
      if (!(held instanceof ImageBitmap)) continue;
      const part = held.width / 2 ** up;
      c.drawImage(held, (tx & (2 ** up - 1)) * part, (ty & (2 ** up - 1)) * part, part, part, x, y, px, px);
      return;
    }
  }

  private get(z: number, x: number, y: number): ImageBitmap | null {
    const key = `${z}/${x}/${y}`;
    const held = this.tiles.get(key);
    if (held instanceof ImageBitmap) {
      this.tiles.delete(key); // used last, forgotten last
      this.tiles.set(key, held);
      return held;
    }
    if (!held) {
      this.tiles.set(key, "coming");
      void this.fetchTile(key, tileUrl(this.base.url, z, x, y));
    }
    return null;
  }

  private async fetchTile(key: string, url: string): Promise<void> {
    try {
      const { bytes } = await fetchMap(url, this.off.signal);
      checkPicture(bytes);
      const tile = await createImageBitmap(new Blob([bytes]));
      if (this.stopped) {
        tile.close();
        return;
      }
      this.judge.came();
      this.tiles.set(key, tile);
      this.arrived();
    } catch (error) {
      if (this.stopped) return;
      this.tiles.set(key, "failed");
      const status = error instanceof MapRefused ? error.status : null;
      if (this.judge.failed(status, performance.now())) this.failed();
    }
  }

  private forgetOld(): void {
    for (const [key, tile] of this.tiles) {
      if (this.tiles.size <= KEPT) return;
      if (tile === "coming") continue;
      if (tile instanceof ImageBitmap) tile.close();
      this.tiles.delete(key);
    }
  }
}

export const tileUrl = (pattern: string, z: number, x: number, y: number): string =>
  pattern.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
