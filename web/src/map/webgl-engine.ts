// The map with WebGL: MapLibre draws the base, our own layer the mass of tracks, a 2D canvas on top what wants attention.
// MapLibre only draws the views it is given; it takes no events. Loaded when needed, as it is the largest part of the page.
import {
  addProtocol,
  Map as LibreMap,
  setWorkerUrl,
  type StyleSpecification,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Protocol } from "pmtiles";
import { baseStyle } from "./base-style";
import { type BaseWanted, type Engine, type EngineEvents, FailureCounter, layer } from "./engine";
import type { TrackPlan } from "./plan";
import { latOf, lngOf, type View } from "./projection";
import { FONT } from "./theme";
import { TrackLayer } from "./track-layer";

let prepared = false;
function prepare(): void {
  if (prepared) return;
  prepared = true;
  setWorkerUrl(workerUrl);
  addProtocol("pmtiles", new Protocol().tile);
}

export class WebglEngine implements Engine {
  readonly name = "webgl";
  readonly top: CanvasRenderingContext2D;
  private readonly place: HTMLDivElement;
  private readonly topCanvas: HTMLCanvasElement;
  private map: LibreMap | null = null;
  private readonly tracks: TrackLayer;
  private readonly failures = new FailureCounter();
  private wanted: BaseWanted | null = null;
  private styled = ""; // what the style in use was made of
  private ready = false;
  private shown: View | null = null;
  private size = { width: 1, height: 1 };

  constructor(
    parent: HTMLElement,
    readonly ratio: number,
    private readonly events: EngineEvents,
  ) {
    prepare();
    this.tracks = new TrackLayer(ratio);
    this.place = document.createElement("div");
    this.place.className = "map-gl";
    parent.append(this.place);
    this.topCanvas = layer(parent, "map-top");
    const top = this.topCanvas.getContext("2d");
    if (!top) throw new Error("no 2D canvas");
    this.top = top;
  }

  dispose(): void {
    this.map?.remove();
    this.map = null;
    this.place.remove();
    this.topCanvas.remove();
  }

  setBase(wanted: BaseWanted): void {
    const { base, data, theme, language } = wanted;
    if (base.kind === "builtin" && !data) return;
    const of = `${base.id} ${language} ${JSON.stringify(theme)}`;
    const before = this.wanted;
    this.wanted = wanted;
    if (theme !== before?.theme) this.tracks.setTheme(theme);
    if (of === this.styled) return;
    this.styled = of;
    this.ready = false;
    const style = baseStyle(wanted);
    if (this.map) {
      this.map.setStyle(style, { diff: false });
      this.map.once("style.load", () => this.addTracks());
    } else this.start(style);
  }

  private start(style: StyleSpecification | string): void {
    const map = new LibreMap({
      container: this.place,
      style,
      interactive: false,
      attributionControl: false,
      fadeDuration: 0,
      maxPitch: 0,
      renderWorldCopies: false,
      trackResize: false,
      pixelRatio: this.ratio,
      localIdeographFontFamily: FONT,
      canvasContextAttributes: { antialias: false, powerPreference: "high-performance" },
    });
    this.map = map;
    map.once("style.load", () => this.addTracks());
    map.getCanvas().addEventListener("webglcontextlost", () => this.events.lost());
    map.on("error", () => this.failed());
  }

  // A style that never came fails at once; of tiles some may be missing.
  private failed(): void {
    const { wanted } = this;
    if (!wanted || wanted.base.kind === "builtin") return;
    if (!this.ready || this.failures.failed(performance.now())) this.events.baseFailed(wanted.base);
  }

  private addTracks(): void {
    const { map } = this;
    if (!map) return;
    if (!map.getLayer(this.tracks.id)) map.addLayer(this.tracks);
    this.ready = true;
    this.events.redraw();
  }

  resize(width: number, height: number): void {
    this.size = { width, height };
    this.topCanvas.width = Math.max(1, Math.round(width * this.ratio));
    this.topCanvas.height = Math.max(1, Math.round(height * this.ratio));
    this.map?.resize();
    this.shown = null;
  }

  draw(view: View, plan: TrackPlan): boolean {
    const { map, ratio } = this;
    this.top.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.top.clearRect(0, 0, this.size.width, this.size.height);
    if (!map) return false;
    this.tracks.view = view;
    this.tracks.plan = plan;
    if (view !== this.shown) map.jumpTo({ center: [lngOf(view.x), latOf(view.y)], zoom: view.zoom });
    this.shown = view;
    map.redraw();
    return this.ready;
  }
}
