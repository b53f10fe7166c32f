// The map with WebGL: MapLibre draws the base, our own layer the mass of tracks, a 2D canvas on top what wants attention.
// MapLibre only draws the views it is given; it takes no events. Loaded when needed, as it is the largest part of the page.
import {
  addProtocol,
  Map as LibreMap,
  type RequestParameters,
  setWorkerUrl,
  type StyleSpecification,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Protocol } from "pmtiles";
import { absolute, baseStyle } from "./base-style";
import { type BaseWanted, type Engine, type EngineEvents, layer, TileJudge } from "./engine";
import { checkVector, fetchMap, MapRefused, read } from "./map-door";
import type { TrackPlan } from "./plan";
import { openFile } from "./pmtiles-door";
import { latOf, lngOf, type View } from "./projection";
import { FONT } from "./theme";
import { TrackLayer } from "./track-layer";

// All that MapLibre asks a server for comes through our door (map-door.ts), under addresses that name the engine and what is
// asked for: haechi-map://<engine>/<kind>/<address>. MapLibre itself says nothing about tiles that are not there.
const MAPS = "haechi-map";
type Outcome = (status: number | null) => void; // 200: the tile came; null: no answer, or none that can be used
const outcomes = new Map<string, Outcome>();
let engines = 0;

async function fetchPart({ url: address, type }: RequestParameters, stop: AbortController): Promise<{ data: ArrayBuffer | string | object }> {
  const [, engine = "", kind = "", url = ""] = /^[^:]+:\/\/(\d+)\/(\w+)\/(.+)$/.exec(address) ?? [];
  const tell = (status: number | null): void => {
    if (kind === "Tile") outcomes.get(engine)?.(status);
  };
  try {
    const { bytes } = await fetchMap(url, stop.signal);
    if (kind === "Tile" && type === "arrayBuffer") checkVector(bytes);
    const data = read(bytes, type);
    tell(200);
    return { data };
  } catch (error) {
    const status = error instanceof MapRefused ? error.status : null;
    if (!stop.signal.aborted) tell(status);
    throw Object.assign(error as Error, { status });
  }
}

let prepared = false;
const files = new Protocol();
function prepare(): void {
  if (prepared) return;
  prepared = true;
  setWorkerUrl(workerUrl);
  addProtocol("pmtiles", files.tile);
  addProtocol(MAPS, fetchPart);
}

export class WebglEngine implements Engine {
  readonly name = "webgl";
  readonly top: CanvasRenderingContext2D;
  private readonly place: HTMLDivElement;
  private readonly topCanvas: HTMLCanvasElement;
  private map: LibreMap | null = null;
  private readonly tracks: TrackLayer;
  private readonly number: string;
  private judge = new TileJudge();
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
    engines += 1;
    this.number = String(engines);
    outcomes.set(this.number, (status) => this.tileOutcome(status));
    this.tracks = new TrackLayer(ratio);
    this.place = document.createElement("div");
    this.place.className = "mapview-gl";
    parent.append(this.place);
    this.topCanvas = layer(parent, "mapview-top");
    const top = this.topCanvas.getContext("2d");
    if (!top) throw new Error("no 2D canvas");
    this.top = top;
  }

  dispose(): void {
    outcomes.delete(this.number);
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
    if (base !== before?.base) this.judge = new TileJudge();
    if (base.kind === "pmtiles") files.add(openFile(absolute(base.url)));
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
      transformRequest: (url, kind) => ({
        url: /^https?:/.test(url) ? `${MAPS}://${this.number}/${kind ?? "Unknown"}/${url}` : url,
      }),
      canvasContextAttributes: { antialias: false, powerPreference: "high-performance" },
    });
    this.map = map;
    map.once("style.load", () => this.addTracks());
    map.getCanvas().addEventListener("webglcontextlost", () => this.events.lost());
    map.on("error", (event) => this.failed("tile" in event, event.error.message));
  }

  private tileOutcome(status: number | null): void {
    const { wanted } = this;
    if (!wanted) return;
    if (status === 200) this.judge.came();
    else if (this.judge.failed(status, performance.now())) this.events.baseFailed(wanted.base);
  }

  // What our door does not see: a style or a file that cannot be opened fails at once, tiles that cannot be read one by one.
  private failed(ofTile: boolean, why: string): void {
    const { wanted } = this;
    if (!wanted || wanted.base.kind === "builtin") return;
    const file = wanted.base.kind === "pmtiles";
    if (ofTile && !file && why.startsWith("map:")) return; // told already
    const fatal = !ofTile && (file || !this.ready);
    if (fatal || (ofTile && this.judge.failed(null, performance.now()))) this.events.baseFailed(wanted.base);
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
