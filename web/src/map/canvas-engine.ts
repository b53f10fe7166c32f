// The map without WebGL. The base is drawn into a canvas larger than the window and only shifted (and, while zooming,
// stretched) until the view leaves it; tracks are stamped into a pixel buffer and put on the top canvas in one go.
import { type BaseData, PATH_SCALE, pathOf } from "./base-data";
import type { BaseMap } from "./config";
import { type BaseWanted, type Engine, type EngineEvents, layer } from "./engine";
import { SHAPES, type TrackPlan } from "./plan";
import { mercX, mercY, toMap, toScreen, type View, worldSize } from "./projection";
import { RasterTiles } from "./raster-tiles";
import { dotStrip } from "./shapes";
import { Stamper } from "./stamper";
import { FONT, type MapTheme } from "./theme";

const MARGIN = 0.3; // of the window, on each side of it
const REDRAW_AFTER_MS = 140; // while zooming the old picture is stretched meanwhile
const ORIGIN: [number, number] = [mercX(127.5), mercY(36)];

interface BasePaths {
  neighbours: Path2D;
  land: Path2D;
  districts: Path2D;
  provinces: Path2D;
}

export class CanvasEngine implements Engine {
  readonly name = "canvas";
  readonly top: CanvasRenderingContext2D;
  private readonly baseCanvas: HTMLCanvasElement;
  private readonly base: CanvasRenderingContext2D;
  private readonly topCanvas: HTMLCanvasElement;
  private wanted: BaseWanted | null = null;
  private paths: BasePaths | null = null;
  private drawnData: BaseData | null = null;
  private baseView: View | null = null; // what the base canvas holds, margins included
  private timer: ReturnType<typeof setTimeout> | null = null;
  private baseDrawnAtMs = -Infinity;
  private stamper = new Stamper(1, 1);
  private strip = new Uint32Array(0);
  private box = 1;
  private tiles: RasterTiles | null = null;

  constructor(
    parent: HTMLElement,
    readonly ratio: number,
    private readonly events: EngineEvents,
  ) {
    this.baseCanvas = layer(parent, "mapview-base");
    this.topCanvas = layer(parent, "mapview-top");
    const base = this.baseCanvas.getContext("2d", { alpha: false });
    const top = this.topCanvas.getContext("2d", { willReadFrequently: true });
    if (!base || !top) throw new Error("no 2D canvas");
    this.base = base;
    this.top = top;
  }

  dispose(): void {
    if (this.timer) clearTimeout(this.timer);
    this.tiles?.dispose();
    this.baseCanvas.remove();
    this.topCanvas.remove();
  }

  setBase(wanted: BaseWanted): void {
    const before = this.wanted;
    this.wanted = wanted;
    if (wanted.data && wanted.data !== this.drawnData) {
      this.drawnData = wanted.data;
      this.paths = {
        neighbours: pathOf(wanted.data.neighbours, ORIGIN),
        land: pathOf(wanted.data.provinces, ORIGIN),
        districts: pathOf(wanted.data.districtLines, ORIGIN),
        provinces: pathOf(wanted.data.provinceLines, ORIGIN),
      };
    }
    if (wanted.base !== before?.base) this.setTiles(wanted.base);
    if (wanted.theme !== before?.theme) this.setShapes(wanted.theme);
    this.baseView = null;
  }

  private setTiles(base: BaseMap): void {
    this.tiles?.dispose();
    this.tiles = null;
    if (base.kind !== "raster") return;
    const redraw = (): void => {
      this.baseView = null;
      this.events.redraw();
    };
    this.tiles = new RasterTiles(base, redraw, () => this.events.baseFailed(base));
  }

  private setShapes(theme: MapTheme): void {
    const { box, pixels } = dotStrip(theme, this.ratio);
    this.box = box;
    this.strip = new Uint32Array(pixels.data.buffer.slice(0));
    this.stamper.setPictures(this.strip, box, SHAPES);
  }

  resize(width: number, height: number): void {
    const w = Math.max(1, Math.round(width * this.ratio));
    const h = Math.max(1, Math.round(height * this.ratio));
    this.topCanvas.width = w;
    this.topCanvas.height = h;
    this.stamper = new Stamper(w, h);
    this.stamper.setPictures(this.strip, this.box, SHAPES);
    const wide = Math.ceil(width * (1 + 2 * MARGIN));
    const high = Math.ceil(height * (1 + 2 * MARGIN));
    this.baseCanvas.width = Math.round(wide * this.ratio);
    this.baseCanvas.height = Math.round(high * this.ratio);
    this.baseCanvas.style.width = `${wide}px`;
    this.baseCanvas.style.height = `${high}px`;
    this.baseView = null;
  }

  draw(view: View, plan: TrackPlan): boolean {
    this.showBase(view);
    this.drawTracks(view, plan);
    return true;
  }

  // Shifts or stretches what there is; draws anew when it does not reach, and soon after the zoom has changed.
  private showBase(view: View): void {
    const held = this.baseView;
    if (!held) this.drawBase(view);
    else if (held.zoom !== view.zoom) {
      const since = performance.now() - this.baseDrawnAtMs;
      if (since > REDRAW_AFTER_MS || Math.abs(held.zoom - view.zoom) > 1.5) this.drawBase(view);
      else this.timer ??= setTimeout(() => this.timeIsUp(), REDRAW_AFTER_MS - since);
    } else {
      const size = worldSize(view.zoom);
      const reachX = (held.width - view.width) / 2;
      const reachY = (held.height - view.height) / 2;
      if (Math.abs(held.x - view.x) * size > reachX || Math.abs(held.y - view.y) * size > reachY) this.drawBase(view);
    }
    const now = this.baseView ?? view;
    const scale = 2 ** (view.zoom - now.zoom);
    const [x, y] = toScreen(view, now.x, now.y);
    const left = x - (now.width / 2) * scale;
    const top = y - (now.height / 2) * scale;
    const dots = this.ratio; // whole device pixels, or thin lines blur
    const put = scale === 1 ? [Math.round(left * dots) / dots, Math.round(top * dots) / dots] : [left, top];
    this.baseCanvas.style.transform = `translate(${put[0]}px, ${put[1]}px) scale(${scale})`;
  }

  private timeIsUp(): void {
    this.timer = null;
    this.events.redraw();
  }

  private drawBase(view: View): void {
    const { wanted, ratio } = this;
    if (!wanted) return;
    const held: View = { ...view, width: this.baseCanvas.width / ratio, height: this.baseCanvas.height / ratio };
    const c = this.base;
    const { theme } = wanted;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = theme.water;
    c.fillRect(0, 0, this.baseCanvas.width, this.baseCanvas.height);
    if (this.tiles) this.tiles.draw(c, held, ratio);
    else if (this.paths) this.drawShapes(c, held, this.paths, theme);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!this.tiles && wanted.data) drawLabels(c, held, wanted.data, theme, wanted.language);
    this.baseView = held;
    this.baseDrawnAtMs = performance.now();
  }

  private drawShapes(c: CanvasRenderingContext2D, held: View, paths: BasePaths, theme: MapTheme): void {
    const k = (worldSize(held.zoom) / PATH_SCALE) * this.ratio;
    const [x, y] = toScreen(held, ORIGIN[0], ORIGIN[1]);
    c.setTransform(k, 0, 0, k, x * this.ratio, y * this.ratio);
    const line = (path: Path2D, colour: string, width: number, opacity: number): void => {
      c.lineWidth = (width * this.ratio) / k;
      c.strokeStyle = colour;
      c.globalAlpha = opacity;
      c.stroke(path);
      c.globalAlpha = 1;
    };
    c.lineJoin = "round";
    c.fillStyle = theme.neighbour;
    c.fill(paths.neighbours);
    c.fillStyle = theme.land;
    c.fill(paths.land);
    if (held.zoom >= 7) line(paths.districts, theme.line, 0.8, Math.min(1, held.zoom - 6.5));
    line(paths.provinces, theme.border, held.zoom < 8 ? 1 : 1.4, 1);
  }

  private drawTracks(view: View, plan: TrackPlan): void {
    const { stamper, box, ratio } = this;
    stamper.clear();
    const size = worldSize(view.zoom) * ratio;
    const ox = view.x * size - (view.width / 2) * ratio;
    const oy = view.y * size - (view.height / 2) * ratio;
    const { width, height } = stamper.pixels;
    const { x, y, shape } = plan;
    for (let row = 0; row < plan.count; row += 1) {
      const which = shape[row] as number;
      if (which >= SHAPES) continue;
      const px = Math.round((x[row] as number) * size - ox);
      const py = Math.round((y[row] as number) * size - oy);
      if (px < -box || py < -box || px > width + box || py > height + box) continue;
      stamper.stamp(which, px, py);
    }
    this.top.setTransform(1, 0, 0, 1, 0, 0);
    this.top.putImageData(stamper.pixels, 0, 0);
    this.top.setTransform(ratio, 0, 0, ratio, 0, 0);
  }
}

// Which names to show: neighbours far out, provinces to the middle, districts near; never two on top of each other.
export function drawLabels(
  c: CanvasRenderingContext2D,
  view: View,
  data: BaseData,
  theme: MapTheme,
  language: "ko" | "en",
): void {
  const [west, north] = toMap(view, -60, -20);
  const [east, south] = toMap(view, view.width + 60, view.height + 20);
  const taken: [number, number, number, number][] = [];
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.lineJoin = "round";
  for (const label of data.labels) {
    const provincial = label.level < 2;
    if (provincial ? view.zoom >= 8.6 : view.zoom < 8.6) continue;
    const x = mercX(label.at[0]);
    const y = mercY(label.at[1]);
    if (x < west || x > east || y < north || y > south) continue;
    const [px, py] = toScreen(view, x, y);
    const text = language === "ko" ? (label.short ?? label.ko) : label.en;
    c.font = provincial ? `600 13px ${FONT}` : `500 12px ${FONT}`;
    const half = c.measureText(text).width / 2 + 4;
    if (taken.some((box) => px - half < box[2] && box[0] < px + half && py - 9 < box[3] && box[1] < py + 9)) continue;
    taken.push([px - half, py - 9, px + half, py + 9]);
    c.lineWidth = 3;
    c.strokeStyle = theme.land;
    c.strokeText(text, px, py);
    c.fillStyle = theme.label;
    c.fillText(text, px, py);
  }
}
