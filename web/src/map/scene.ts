// The map behind the React component: owns camera, engine, plan and watchdog, and draws at most once per frame of the
// screen. Everything that changes only marks what has to be redone; nothing is drawn out of turn.
import { type BaseData, loadBaseData } from "./base-data";
import { Camera, FIT_MARGIN_PX } from "./camera";
import { CanvasEngine } from "./canvas-engine";
import { chooseEngine, type EngineName, findGraphics, type GraphicsFound, isSoftware, LossCounter } from "./choice";
import { type BaseMap, BUILTIN, BUILTIN_CONFIG, loadMapConfig, type MapConfig } from "./config";
import { type DrawKind, DrawTool } from "./draw-tool";
import type { Engine } from "./engine";
import { graticuleStep, paint } from "./painter";
import { pick } from "./pick";
import { type Shown, TrackPlan } from "./plan";
import { fitted, latOf, type LngLat, lngOf, mercX, mercY, placeAt, scaleBar, toScreen } from "./projection";
import type { Look } from "./shapes";
import { Sprites } from "./sprites";
import { FONT, type MapTheme, onThemeChange, readTheme } from "./theme";
import type { MapProps } from "./types";
import { Watchdog } from "./watchdog";

export type Notice = "baseFailed" | "needsWebgl" | "engineSlow" | "engineLost" | "noBase" | null;

export interface SceneState {
  engine: EngineName;
  graphics: GraphicsFound;
  config: MapConfig;
  base: string;
  builtin: boolean; // the built-in base is what is seen
  attribution: string;
  delayS: number | null;
  notice: Notice;
  userMoved: boolean; // away from what `fit` asked for
  drawing: { kind: DrawKind; corners: number; complete: boolean } | null;
  scale: { metres: number; px: number };
  graticuleM: number; // 0: none
  centre: { lat: number; lng: number; name: string | null } | null; // at street zoom without tiles
}

export interface SceneWords {
  letters: [string, string, string, string];
  language: "ko" | "en";
}

const LATENCIES_KEPT = 600;
const STALE_LOOK_MS = 5000;
const PAN_PX = 90;
const START: LngLat = [127.6, 36.35];
const START_ZOOM = 7;

export class Scene {
  state: SceneState;
  private props: MapProps = { label: "" };
  private words: SceneWords = { letters: ["0", "1", "2", "3"], language: "ko" };
  private readonly camera: Camera;
  private engine: Engine | null = null;
  private engineAsked = 0;
  private readonly plan = new TrackPlan();
  private readonly sprites = new Sprites();
  private planDirty = true;
  private planned = -1;
  private shown: Shown = { persons: true, units: true };
  private marked: ReadonlySet<string> = new Set();
  private theme: MapTheme;
  private data: BaseData | null = null;
  private frame = 0;
  private readonly watchdog = new Watchdog();
  private readonly losses = new LossCounter();
  private readonly stops: (() => void)[] = [];
  private unsubscribe: (() => void) | null = null;
  private tool: DrawTool | null = null;
  private fitted: MapProps["fit"] = null;
  private said = "";
  private stopped = false;
  private draws = 0;
  private lastDrawMs = 0;
  private latencies: number[] = [];

  constructor(
    private readonly root: HTMLElement,
    private readonly stage: HTMLElement,
    first: MapProps,
    private readonly changed: (state: SceneState) => void,
  ) {
    this.theme = readTheme(root);
    const graphics = findGraphics();
    const asked = new URLSearchParams(location.search).get("map");
    const [lng, lat] = first.centre ?? START;
    const box = stage.getBoundingClientRect();
    const view = {
      x: mercX(lng),
      y: mercY(lat),
      zoom: first.zoom ?? START_ZOOM,
      width: Math.max(1, box.width),
      height: Math.max(1, box.height),
    };
    this.camera = new Camera(stage, view, {
      changed: () => this.requestDraw(),
      click: (px, py, touch) => this.click(px, py, touch),
      doubleClick: () => this.tool?.finish() ?? false,
      hover: (px, py) => this.hover(px, py),
      moved: () => this.say({ userMoved: true }),
    });
    this.state = {
      engine: chooseEngine(asked, graphics),
      graphics,
      config: BUILTIN_CONFIG,
      base: BUILTIN.id,
      builtin: true,
      attribution: "",
      delayS: null,
      notice: null,
      userMoved: false,
      drawing: null,
      scale: scaleBar(lat, view.zoom, 110),
      graticuleM: 0,
      centre: null,
    };
    this.watch();
    void this.makeEngine(this.state.engine);
    void this.load();
  }

  private watch(): void {
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(this.stage);
    const tick = setInterval(() => this.look(), 500);
    const stale = setInterval(() => this.replan(), STALE_LOOK_MS);
    const seen = (): void => {
      this.watchdog.restart(performance.now());
      this.requestDraw();
    };
    document.addEventListener("visibilitychange", seen);
    const keys = (e: KeyboardEvent): void => this.key(e);
    this.root.addEventListener("keydown", keys);
    this.stops.push(
      () => sizes.disconnect(),
      () => clearInterval(tick),
      () => clearInterval(stale),
      () => document.removeEventListener("visibilitychange", seen),
      () => this.root.removeEventListener("keydown", keys),
      onThemeChange(() => this.setTheme()),
    );
  }

  private async load(): Promise<void> {
    const [config, data] = await Promise.all([loadMapConfig(), loadBaseData().catch(() => null)]);
    if (this.stopped) return;
    for (const problem of config.problems) console.warn(`map.json: ${problem}`);
    this.data = data;
    this.say({ config, base: config.default, notice: data ? this.state.notice : "noBase" });
    this.putBase();
  }

  dispose(): void {
    this.stopped = true;
    cancelAnimationFrame(this.frame);
    for (const stop of this.stops) stop();
    this.unsubscribe?.();
    this.tool?.giveUp();
    this.camera.dispose();
    this.engine?.dispose();
  }

  // --- what React hands over ---

  update(props: MapProps, words: SceneWords): void {
    const before = this.props;
    this.props = props;
    if (props.tracks !== before.tracks || (props.tracks && !this.unsubscribe)) {
      this.unsubscribe?.();
      this.unsubscribe = props.tracks?.subscribe(() => this.news()) ?? null;
      this.planned = -1;
    }
    if (props.marks !== before.marks) this.marked = new Set(props.marks?.map((mark) => mark.id));
    if (props.marks !== before.marks || props.severityOf !== before.severityOf) this.planDirty = true;
    const language = words.language !== this.words.language;
    this.words = words;
    if (language) this.putBase();
    this.follow(props.fit ?? null);
    if (props.centre && before.centre && (props.centre[0] !== before.centre[0] || props.centre[1] !== before.centre[1])) {
      this.camera.flyTo({ lng: props.centre[0], lat: props.centre[1] }, props.zoom);
    }
    this.requestDraw();
  }

  private follow(fit: LngLat[] | null): void {
    const before = this.fitted;
    this.fitted = fit;
    if (!fit || fit.length === 0) {
      if (this.state.userMoved && before) this.say({ userMoved: false });
      return;
    }
    const same = before?.length === fit.length && fit.every(([lng, lat], i) => before[i]?.[0] === lng && before[i]?.[1] === lat);
    if (same || this.tool) return;
    const another = !before || isAnotherPlace(before, fit);
    if (another) this.say({ userMoved: false });
    if (this.state.userMoved || (!another && this.holds(fit))) return;
    this.camera.fit(fit, !before && this.draws === 0);
  }

  // Good enough: all points well inside and about as large as they would be, so that the map need not move every second.
  private holds(points: LngLat[]): boolean {
    const { view } = this.camera;
    const inside = points.every(([lng, lat]) => {
      const [x, y] = toScreen(view, mercX(lng), mercY(lat));
      return x > 40 && y > 40 && x < view.width - 40 && y < view.height - 40;
    });
    return inside && fitted(view, points, FIT_MARGIN_PX).zoom - view.zoom < 0.9;
  }

  refit(): void {
    this.say({ userMoved: false });
    if (this.fitted) this.camera.fit(this.fitted);
  }

  setShown(shown: Shown): void {
    this.shown = shown;
    this.replan();
  }

  setBaseId(id: string): void {
    this.say({ base: id, notice: null });
    this.putBase();
  }

  setEngine(name: EngineName): void {
    if (name === this.state.engine && this.engine) return;
    this.say({ engine: name, notice: null });
    void this.makeEngine(name);
  }

  dismissNotice(): void {
    this.say({ notice: null });
  }

  flyTo(place: { lat: number; lng: number }, zoom?: number): void {
    this.camera.flyTo(place, zoom);
  }

  fit(points: LngLat[]): void {
    this.camera.fit(points);
  }

  zoomBy(steps: number): void {
    this.camera.zoomBy(steps);
  }

  stats(): { engine: EngineName; draws: number; lastDrawMs: number; drawLatencyMs: number[] } {
    const { draws, lastDrawMs } = this;
    return { engine: this.engine?.name ?? this.state.engine, draws, lastDrawMs, drawLatencyMs: [...this.latencies] };
  }

  // --- engines and bases ---

  private async makeEngine(name: EngineName): Promise<void> {
    this.engineAsked += 1;
    const mine = this.engineAsked;
    this.engine?.dispose();
    this.engine = null;
    const software = isSoftware(this.state.graphics.renderer) || !this.state.graphics.webgl2;
    const ratio = software ? 1 : Math.min(2, window.devicePixelRatio || 1);
    const events = {
      redraw: () => this.requestDraw(),
      lost: () => this.lost(),
      baseFailed: (base: BaseMap) => this.baseFailed(base),
    };
    try {
      const made =
        name === "webgl"
          ? await import("./webgl-engine").then((module) =>
              this.engineAsked === mine && !this.stopped ? new module.WebglEngine(this.stage, ratio, events) : null,
            )
          : new CanvasEngine(this.stage, ratio, events);
      if (!made) return;
      this.engine = made;
      made.resize(this.camera.view.width, this.camera.view.height);
      this.putBase();
      this.watchdog.restart(performance.now());
      this.planned = -1;
      this.requestDraw();
    } catch (error) {
      console.warn(error);
      if (name === "webgl" && this.engineAsked === mine) this.fallBack("engineLost");
    }
  }

  private fallBack(notice: Notice): void {
    this.say({ engine: "canvas", notice });
    void this.makeEngine("canvas");
  }

  private lost(): void {
    if (this.stopped || this.engine?.name !== "webgl") return;
    if (this.losses.lost(performance.now()) === "give-up") this.fallBack("engineLost");
    else void this.makeEngine("webgl");
  }

  private putBase(): void {
    if (!this.engine) return;
    const { config } = this.state;
    let base = config.base.find((one) => one.id === this.state.base) ?? BUILTIN;
    let { notice } = this.state;
    if (this.engine.name === "canvas" && base.kind !== "builtin" && base.kind !== "raster") {
      base = config.base.find((one) => one.kind === "builtin") ?? BUILTIN;
      notice ??= "needsWebgl";
    }
    this.say({ builtin: base.kind === "builtin", attribution: base.attribution ?? "", notice });
    this.engine.setBase({ base, data: this.data, theme: this.theme, language: this.words.language });
    this.requestDraw();
  }

  private baseFailed(base: BaseMap): void {
    if (base.id !== this.state.base || base.kind === "builtin") return;
    const builtin = this.state.config.base.find((one) => one.kind === "builtin") ?? BUILTIN;
    this.say({ base: builtin.id, notice: "baseFailed" });
    this.putBase();
  }

  private setTheme(): void {
    const theme = readTheme(this.root);
    if (JSON.stringify(theme) === JSON.stringify(this.theme)) return;
    this.theme = theme;
    this.putBase();
  }

  private resize(): void {
    const box = this.stage.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) return;
    this.engine?.resize(box.width, box.height);
    this.camera.resize(box.width, box.height);
    if (this.fitted && this.fitted.length > 0 && !this.state.userMoved) this.camera.fit(this.fitted, true);
  }

  // --- drawing a frame ---

  private news(): void {
    this.watchdog.news(this.props.tracks?.version ?? 0, performance.now());
    this.requestDraw();
  }

  private replan(): void {
    this.planDirty = true;
    this.requestDraw();
  }

  private requestDraw(): void {
    if (this.frame !== 0 || this.stopped) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawFrame();
    });
  }

  private drawFrame(): void {
    const { engine, camera, plan, props } = this;
    const { view } = camera;
    if (!engine || view.width <= 1 || view.height <= 1) return;
    const from = performance.now();
    const version = props.tracks?.version ?? 0;
    const news = version !== this.planned;
    if (news || this.planDirty) {
      plan.update(props.tracks, props.severityOf, props.serverNowMs?.() ?? Date.now(), this.marked, this.shown);
      this.planDirty = false;
    }
    plan.setZoom(view.zoom, props.cluster !== false);
    try {
      if (!engine.draw(view, plan)) return;
      paint(engine.top, this.picture());
      if (this.sprites.owing) this.requestDraw();
    } catch (error) {
      console.error(error);
      if (engine.name === "webgl") this.lost();
      return;
    }
    const now = performance.now();
    this.draws += 1;
    this.lastDrawMs = now - from;
    if (news && props.tracks && props.tracks.lastFrameAtMs > 0 && this.planned >= 0) {
      this.latencies.push(now - props.tracks.lastFrameAtMs);
      if (this.latencies.length > LATENCIES_KEPT) this.latencies.shift();
    }
    this.planned = version;
    this.watchdog.drawn(version);
  }

  private picture(): Parameters<typeof paint>[1] {
    const { props, tool } = this;
    const look: Look = { theme: this.theme, letters: this.words.letters };
    return {
      view: this.camera.view,
      look,
      plan: this.plan,
      store: props.tracks,
      labelOf: props.labelOf,
      marks: props.marks ?? [],
      lines: props.lines ?? [],
      areas: props.areas ?? [],
      graticule: this.state.builtin,
      sprites: this.sprites,
      ratio: this.engine?.ratio ?? 1,
      draft: tool ? { kind: tool.kind, corners: tool.corners, cursor: tool.cursor, crosshair: tool.crosshair } : null,
    };
  }

  // Twice a second: is the map keeping up, and what do scale bar and street notice say?
  private look(): void {
    const now = performance.now();
    const { view } = this.camera;
    const lat = latOf(view.y);
    const lng = lngOf(view.x);
    if (!document.hidden) {
      const { delayS, giveUp } = this.watchdog.state(now);
      if (delayS !== this.state.delayS) this.props.onDelay?.(delayS);
      this.say({ delayS });
      if (giveUp && this.engine?.name !== "canvas") {
        this.watchdog.restart(now);
        this.fallBack("engineSlow");
      }
    }
    const step = this.state.builtin ? graticuleStep(view) : null;
    const name = step && this.data ? this.data.nameAt(lng, lat, this.words.language) : null;
    this.say({
      scale: scaleBar(lat, view.zoom, 110),
      graticuleM: step ? step.fine || step.coarse : 0,
      centre: step ? { lat: Math.round(lat * 1e4) / 1e4, lng: Math.round(lng * 1e4) / 1e4, name } : null,
    });
  }

  private say(part: Partial<SceneState>): void {
    this.state = { ...this.state, ...part };
    const words = JSON.stringify(this.state);
    if (words === this.said || this.stopped) return;
    this.said = words;
    this.changed(this.state);
  }

  // --- what the person does ---

  private click(px: number, py: number, touch: boolean): void {
    const { view } = this.camera;
    if (this.tool) {
      this.tool.crosshair = false;
      this.setCorner(px, py);
      return;
    }
    const found = pick(view, px, py, touch ? 22 : 12, this.props.marks ?? [], this.plan, this.props.tracks);
    if (found?.kind === "cluster") {
      const { x, y } = found.cluster;
      this.camera.fly({ ...view, x, y, zoom: view.zoom + 2 });
      this.say({ userMoved: true });
      return;
    }
    if (found) {
      this.props.onPick?.(found.id);
      return;
    }
    const [lng, lat] = placeAt(view, px, py);
    this.props.onPick?.(null);
    this.props.onPlace?.({ lat, lng });
  }

  private hover(px: number, py: number): void {
    if (!this.tool) return;
    this.tool.crosshair = false;
    this.tool.cursor = placeAt(this.camera.view, px, py);
    this.requestDraw();
  }

  // --- drawing by hand ---

  startDrawing(kind: DrawKind): Promise<LngLat[] | null> {
    this.tool?.giveUp();
    return new Promise((resolve) => {
      this.tool = new DrawTool(kind, (corners) => {
        this.tool = null;
        this.stage.style.cursor = "";
        this.say({ drawing: null });
        this.requestDraw();
        resolve(corners);
      });
      this.stage.style.cursor = "crosshair";
      this.root.focus();
      this.sayDrawing();
    });
  }

  drawingCommand(command: "finish" | "undo" | "giveUp"): void {
    if (command === "finish") this.tool?.finish();
    else if (command === "undo") this.tool?.undo();
    else this.tool?.giveUp();
    this.sayDrawing();
  }

  private sayDrawing(): void {
    const { tool } = this;
    this.say({ drawing: tool ? { kind: tool.kind, corners: tool.corners.length, complete: tool.complete } : null });
    this.requestDraw();
  }

  private setCorner(px: number, py: number): void {
    const { tool } = this;
    const { view } = this.camera;
    if (!tool) return;
    const first = tool.corners[0];
    if (tool.kind === "polygon" && tool.complete && first) {
      const [x, y] = toScreen(view, mercX(first[0]), mercY(first[1]));
      if (Math.hypot(x - px, y - py) < 10) {
        tool.finish();
        return;
      }
    }
    tool.set(placeAt(view, px, py));
    this.sayDrawing();
  }

  private key(e: KeyboardEvent): void {
    if (e.target !== this.root || e.altKey || e.metaKey) return;
    if (!(this.tool ? this.drawingKey(e) : this.movingKey(e))) return;
    e.preventDefault();
    e.stopPropagation();
  }

  private movingKey(e: KeyboardEvent): boolean {
    const far = e.shiftKey ? PAN_PX * 3 : PAN_PX;
    const [dx, dy] = arrow(e.key);
    if (dx !== 0 || dy !== 0) this.camera.pan(-dx * far, -dy * far);
    else if (e.key === "+" || e.key === "=") this.camera.zoomBy(1);
    else if (e.key === "-" || e.key === "_") this.camera.zoomBy(-1);
    else return false;
    return true;
  }

  private drawingKey(e: KeyboardEvent): boolean {
    const { tool } = this;
    const { view } = this.camera;
    if (!tool) return false;
    const [dx, dy] = arrow(e.key);
    if (dx !== 0 || dy !== 0) {
      const held = tool.cursor ?? [lngOf(view.x), latOf(view.y)];
      const [x, y] = toScreen(view, mercX(held[0]), mercY(held[1]));
      const far = e.shiftKey ? 60 : e.ctrlKey ? 2 : 15;
      const to: LngLat = placeAt(view, x + dx * far, y + dy * far);
      tool.cursor = to;
      tool.crosshair = true;
      const [nx, ny] = toScreen(view, mercX(to[0]), mercY(to[1]));
      if (nx < 40 || ny < 40 || nx > view.width - 40 || ny > view.height - 40) this.camera.pan(-dx * PAN_PX, -dy * PAN_PX);
    } else if (e.key === "Enter") {
      tool.crosshair = true;
      tool.cursor ??= [lngOf(view.x), latOf(view.y)];
      tool.set(tool.cursor);
    } else if (e.key === "Backspace") tool.undo();
    else if (e.key === "Escape") tool.giveUp();
    else if (e.key === "+" || e.key === "=" || e.key === "-") return this.movingKey(e);
    else return false;
    this.sayDrawing();
    return true;
  }
}

// The first point is whom it is about; nobody moves two kilometres between two looks.
function isAnotherPlace(before: LngLat[], now: LngLat[]): boolean {
  const [a, b] = [before[0], now[0]];
  return !a || !b || Math.abs(a[0] - b[0]) > 0.02 || Math.abs(a[1] - b[1]) > 0.02;
}

function arrow(key: string): [number, number] {
  if (key === "ArrowLeft") return [-1, 0];
  if (key === "ArrowRight") return [1, 0];
  if (key === "ArrowUp") return [0, -1];
  return key === "ArrowDown" ? [0, 1] : [0, 0];
}

// Korean text is drawn by the canvas: ask for the font before the first label needs it.
export function warmFonts(): void {
  void document.fonts?.load(`600 12px ${FONT}`);
}
