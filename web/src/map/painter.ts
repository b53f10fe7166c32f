// Paints what wants attention, with Canvas 2D, above the base and the mass of tracks of either engine: areas, lines,
// clusters, tracks with an alert, marks, and on top the labels. Nothing here measures: lengths come as labels.
import type { TrackStore } from "../kit/track-store";
import { UNKNOWN_16 } from "../kit/track-store";
import { type Cluster, CLUSTER_BELOW_ZOOM, clusterRadius, type TrackPlan } from "./plan";
import { latOf, mercLength, mercX, mercY, metresPerPixel, toMap, toScreen, type View, worldSize } from "./projection";
import { drawCourse, drawMark, drawSeverity, type Look, MARK_RADIUS } from "./shapes";
import type { Sprites } from "./sprites";
import { FONT, type MapTheme } from "./theme";
import type { MapArea, MapLine, Mark, Severity } from "./types";

export interface Picture {
  view: View;
  look: Look;
  plan: TrackPlan;
  store: TrackStore | undefined;
  labelOf: ((id: string) => string | null) | undefined;
  marks: readonly Mark[];
  lines: readonly MapLine[];
  areas: readonly MapArea[];
  graticule: boolean;
  draft: Draft | null;
  sprites: Sprites;
  ratio: number; // device pixels per CSS pixel
}

export interface Draft {
  kind: "polygon" | "line";
  corners: readonly [lng: number, lat: number][];
  cursor: [lng: number, lat: number] | null; // where the next corner would be
  crosshair: boolean;
}

type Context = CanvasRenderingContext2D;
interface Label {
  x: number;
  y: number;
  text: string;
  gap: number; // from the middle of what it belongs to
  weight: number; // heavier first
  must: boolean;
}

const MOST_LABELS = 160;
const LABEL_FROM_ZOOM = 8.5; // of tracks; marks are always named
const GRATICULE_FROM_ZOOM = 12.5;

export function paint(c: Context, p: Picture): void {
  const pills: Pill[] = [];
  const labels: Label[] = [];
  p.sprites.begin(p.look.theme, p.ratio);
  if (p.graticule) paintGraticule(c, p.view, p.look.theme);
  for (const area of p.areas) paintArea(c, p, area, pills);
  for (const mark of p.marks) {
    if (mark.accuracyM) paintAccuracy(c, p, mercX(mark.lng), mercY(mark.lat), mark.accuracyM, mark.severity, mark.stale);
  }
  for (const line of p.lines) paintLine(c, p, line);
  paintClusters(c, p);
  paintAlarmed(c, p, labels);
  for (const line of p.lines) lineLabel(p, line, pills);
  const taken = paintPills(c, p.look.theme, pills);
  paintMarks(c, p, labels);
  paintLabels(c, p, labels, taken);
  if (p.draft) paintDraft(c, p, p.draft);
}

function onScreen(view: View, x: number, y: number, margin: number): boolean {
  return x >= -margin && y >= -margin && x <= view.width + margin && y <= view.height + margin;
}

function colourOf(theme: MapTheme, severity: Severity | null | undefined): string {
  return severity === null || severity === undefined ? theme.track : theme.severity[severity];
}

// 100 m and 500 m at street zoom, where the built-in base is nearly empty.
export function graticuleStep(view: View): { fine: number; coarse: number } | null {
  if (view.zoom < GRATICULE_FROM_ZOOM) return null;
  const mpp = metresPerPixel(latOf(view.y), view.zoom);
  return { fine: 100 / mpp >= 14 ? 100 : 0, coarse: 500 };
}

function paintGraticule(c: Context, view: View, theme: MapTheme): void {
  const step = graticuleStep(view);
  if (!step) return;
  const lat = Math.round(latOf(view.y) * 10) / 10; // one spacing per tenth of a degree, so that lines stay put
  for (const metres of [step.fine, step.coarse]) {
    if (metres === 0) continue;
    const size = mercLength(metres, lat);
    const [west, north] = toMap(view, 0, 0);
    const [east, south] = toMap(view, view.width, view.height);
    c.beginPath();
    for (let i = Math.ceil(west / size); i * size < east; i += 1) {
      const x = Math.round(toScreen(view, i * size, 0)[0]) + 0.5;
      c.moveTo(x, 0);
      c.lineTo(x, view.height);
    }
    for (let i = Math.ceil(north / size); i * size < south; i += 1) {
      const y = Math.round(toScreen(view, 0, i * size)[1]) + 0.5;
      c.moveTo(0, y);
      c.lineTo(view.width, y);
    }
    c.lineWidth = 1;
    c.strokeStyle = theme.line;
    c.globalAlpha = metres === 100 ? 0.3 : 0.75;
    c.stroke();
    c.globalAlpha = 1;
  }
}

interface Outline {
  stroke: string;
  width: number;
  dash: number[];
  fill: number; // opacity
  hatch: boolean;
}

function outlineOf(theme: MapTheme, area: MapArea): Outline {
  const [ban, police, warn] = theme.severity;
  const made: Record<MapArea["kind"], Outline> = {
    exclusion: { stroke: ban, width: 2, dash: [], fill: 0.12, hatch: true },
    inclusion: { stroke: theme.severity[3], width: 2, dash: [], fill: 0.06, hatch: false },
    buffer: { stroke: ban, width: 1.2, dash: [3, 4], fill: 0.04, hatch: false },
    ring_ban: { stroke: ban, width: 2.2, dash: [9, 6], fill: 0.05, hatch: false },
    ring_map: { stroke: theme.text, width: 1.4, dash: [2, 5], fill: 0, hatch: false },
    ring_police: { stroke: police, width: 1.6, dash: [9, 6], fill: 0, hatch: false },
    ring_warn: { stroke: warn, width: 1.6, dash: [9, 6], fill: 0, hatch: false },
    jurisdiction: { stroke: theme.label, width: 1.8, dash: [12, 4, 2, 4], fill: 0.04, hatch: false },
    draft: { stroke: theme.accent, width: 2, dash: [6, 4], fill: 0.1, hatch: false },
  };
  return area.scheduled ? { ...made[area.kind], dash: [4, 6], fill: 0, hatch: false } : made[area.kind];
}

const projected = new WeakMap<object, Float64Array[]>();
function ringsOf(geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon): Float64Array[] {
  let rings = projected.get(geometry);
  if (!rings) {
    const all = geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
    rings = all.map((ring) => Float64Array.from(ring.flatMap(([lng = 0, lat = 0]) => [mercX(lng), mercY(lat)])));
    projected.set(geometry, rings);
  }
  return rings;
}

interface Outlined {
  path: Path2D;
  top: [number, number];
  width: number; // pixels
}

// The outline on the screen and its highest point, or null when nothing of it is to be seen.
function outlinePath(view: View, geometry: MapArea["geometry"]): Outlined | null {
  const path = new Path2D();
  if (geometry.type === "Circle") {
    const [lng, lat] = geometry.centre;
    const [x, y] = toScreen(view, mercX(lng), mercY(lat));
    const r = mercLength(geometry.radiusM, lat) * worldSize(view.zoom);
    if (!onScreen(view, x, y, r) || r < 1) return null;
    path.arc(x, y, r, 0, 2 * Math.PI);
    return { path, top: [x, y - r], width: 2 * r };
  }
  const box = [Infinity, Infinity, -Infinity, -Infinity] as [number, number, number, number];
  let top: [number, number] = [0, Infinity];
  for (const ring of ringsOf(geometry)) {
    for (let i = 0; i < ring.length; i += 2) {
      const [x, y] = toScreen(view, ring[i] ?? 0, ring[i + 1] ?? 0);
      if (i === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
      box[0] = Math.min(box[0], x);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
      if (y < top[1]) top = [x, y];
    }
    path.closePath();
  }
  return box[2] < 0 || box[3] < 0 || box[0] > view.width || top[1] > view.height ? null : { path, top, width: box[2] - box[0] };
}

function paintArea(c: Context, p: Picture, area: MapArea, pills: Pill[]): void {
  const { theme } = p.look;
  const how = outlineOf(theme, area);
  const shape = outlinePath(p.view, area.geometry);
  if (!shape) return;
  const { path, top, width } = shape;
  if (how.fill > 0) {
    c.fillStyle = how.stroke;
    c.globalAlpha = how.fill;
    c.fill(path, "evenodd");
  }
  if (how.hatch) hatch(c, p.view, path, how.stroke);
  c.setLineDash(how.dash);
  c.lineJoin = "round";
  c.lineWidth = how.width + 2.5;
  c.strokeStyle = theme.halo;
  c.globalAlpha = 0.55;
  c.stroke(path);
  c.globalAlpha = 1;
  c.lineWidth = how.width;
  c.strokeStyle = how.stroke;
  c.stroke(path);
  c.setLineDash([]);
  if (area.label && width > 50 && onScreen(p.view, top[0], top[1], 40)) {
    pills.push({ text: area.label, x: top[0], y: top[1], edge: how.stroke, strong: false });
  }
}

// Diagonal lines inside the outline: a forbidden area shows without its colour.
function hatch(c: Context, view: View, path: Path2D, stroke: string): void {
  c.save();
  c.clip(path, "evenodd");
  c.beginPath();
  const [ox, oy] = toScreen(view, 0.87, 0.39); // a fixed place, so that the lines move with the map
  const from = (((ox - oy) % 12) + 12) % 12;
  for (let x = from - 12 * Math.ceil(view.height / 12) - 12; x < view.width; x += 12) {
    c.moveTo(x, 0);
    c.lineTo(x + view.height, view.height);
  }
  c.lineWidth = 1;
  c.strokeStyle = stroke;
  c.globalAlpha = 0.35;
  c.stroke();
  c.restore();
}

interface Pill {
  text: string;
  x: number;
  y: number;
  edge: string;
  strong: boolean;
}

// Labels on plates; the strong ones first, others only where they cover none. Answers the room they take.
function paintPills(c: Context, theme: MapTheme, pills: Pill[]): Box[] {
  const taken: Box[] = [];
  c.textAlign = "center";
  c.textBaseline = "middle";
  for (const { text, x, y, edge, strong } of pills.sort((a, b) => Number(b.strong) - Number(a.strong))) {
    c.font = `${strong ? 700 : 600} ${strong ? 13 : 12}px ${FONT}`;
    const w = c.measureText(text).width + 14;
    const h = strong ? 22 : 19;
    const box: Box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
    if (!strong && taken.some((one) => overlaps(one, box))) continue;
    taken.push(box);
    c.beginPath();
    c.roundRect(box[0], box[1], w, h, 5);
    c.fillStyle = theme.halo;
    c.globalAlpha = 0.88;
    c.fill();
    c.globalAlpha = 1;
    c.lineWidth = strong ? 1.6 : 1;
    c.strokeStyle = edge;
    c.stroke();
    c.fillStyle = theme.text;
    c.fillText(text, x, y + 0.5);
  }
  return taken;
}

function paintAccuracy(
  c: Context,
  p: Picture,
  mx: number,
  my: number,
  metres: number,
  severity: Severity | null | undefined,
  stale: boolean | undefined,
): void {
  const [x, y] = toScreen(p.view, mx, my);
  const r = mercLength(metres, latOf(my)) * worldSize(p.view.zoom);
  if (r < MARK_RADIUS + 2 || !onScreen(p.view, x, y, r)) return;
  const colour = colourOf(p.look.theme, severity);
  c.beginPath();
  c.arc(x, y, r, 0, 7);
  c.fillStyle = colour;
  c.globalAlpha = 0.1;
  c.fill();
  c.globalAlpha = 0.8;
  c.lineWidth = 1.2;
  c.strokeStyle = colour;
  c.setLineDash(stale ? [4, 4] : []);
  c.stroke();
  c.setLineDash([]);
  c.globalAlpha = 1;
}

function paintLine(c: Context, p: Picture, line: MapLine): void {
  const { theme } = p.look;
  const points = line.points.map(([lng, lat]) => toScreen(p.view, mercX(lng), mercY(lat)));
  if (points.length < 2) return;
  const colour = line.kind === "pair" || line.kind === "trail" ? colourOf(theme, line.severity) : theme.accent;
  const trace = (from: number, to: number): void => {
    c.beginPath();
    for (let i = from; i <= to; i += 1) {
      const [x, y] = points[i] ?? [0, 0];
      if (i === from) c.moveTo(x, y);
      else c.lineTo(x, y);
    }
  };
  c.lineJoin = "round";
  c.lineCap = "round";
  if (line.kind === "trail") {
    // Older parts fade; eight steps do.
    const steps = Math.min(8, points.length - 1);
    for (let i = 0; i < steps; i += 1) {
      trace(Math.floor(((points.length - 1) * i) / steps), Math.ceil(((points.length - 1) * (i + 1)) / steps));
      c.globalAlpha = 0.2 + (0.75 * (i + 1)) / steps;
      c.lineWidth = 2.6;
      c.strokeStyle = colour;
      c.stroke();
    }
    c.globalAlpha = 1;
    return;
  }
  trace(0, points.length - 1);
  c.lineWidth = 5;
  c.strokeStyle = theme.halo;
  c.globalAlpha = 0.7;
  c.stroke();
  c.globalAlpha = 1;
  c.setLineDash(line.kind === "measure" ? [] : line.kind === "pair" ? [8, 6] : [2, 7]);
  c.lineWidth = line.kind === "pair" ? 2.4 : 2;
  c.strokeStyle = colour;
  c.stroke();
  c.setLineDash([]);
  if (line.kind !== "measure") return;
  for (const [x, y] of points) corner(c, theme, x, y, 4);
}

function corner(c: Context, theme: MapTheme, x: number, y: number, r: number): void {
  c.beginPath();
  c.arc(x, y, r, 0, 7);
  c.fillStyle = theme.halo;
  c.fill();
  c.lineWidth = 2;
  c.strokeStyle = theme.accent;
  c.stroke();
}

// In the middle of the line, if it is long enough.
function lineLabel(p: Picture, line: MapLine, pills: Pill[]): void {
  if (!line.label || line.points.length < 2) return;
  const points = line.points.map(([lng, lat]) => toScreen(p.view, mercX(lng), mercY(lat)));
  const lengths = points.slice(1).map(([x, y], i) => Math.hypot(x - (points[i]?.[0] ?? 0), y - (points[i]?.[1] ?? 0)));
  const all = lengths.reduce((sum, one) => sum + one, 0);
  const edge = colourOf(p.look.theme, line.severity);
  const strong = line.kind === "pair";
  if (strong && all < 170) {
    // No room between the two: above them.
    const middle = points.reduce((sum, [x]) => sum + x, 0) / points.length;
    pills.push({ text: line.label, x: middle, y: Math.min(...points.map(([, y]) => y)) - 38, edge, strong });
    return;
  }
  let rest = all / 2;
  for (let i = 0; i < lengths.length; i += 1) {
    const length = lengths[i] ?? 0;
    if (rest > length) {
      rest -= length;
      continue;
    }
    const [ax, ay] = points[i] ?? [0, 0];
    const [bx, by] = points[i + 1] ?? [0, 0];
    const share = length > 0 ? rest / length : 0;
    pills.push({
      text: line.label,
      x: ax + (bx - ax) * share,
      y: ay + (by - ay) * share,
      edge,
      strong,
    });
    return;
  }
}

function paintClusters(c: Context, p: Picture): void {
  c.textAlign = "center";
  c.textBaseline = "middle";
  for (const one of p.plan.clusters) {
    const [x, y] = toScreen(p.view, one.x, one.y);
    const r = clusterRadius(one.count);
    if (onScreen(p.view, x, y, r)) paintCluster(c, p.look.theme, one, x, y, r);
  }
}

function paintCluster(c: Context, theme: MapTheme, one: Cluster, x: number, y: number, r: number): void {
  c.beginPath();
  c.arc(x, y, r, 0, 7);
  c.fillStyle = theme.halo;
  c.globalAlpha = 0.86;
  c.fill();
  c.globalAlpha = 1;
  c.lineWidth = 1.2;
  c.strokeStyle = theme.border;
  c.stroke();
  // The share of fresh places as an arc: an open ring means old places inside.
  c.beginPath();
  c.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + (1 - one.stale / one.count) * 2 * Math.PI);
  c.lineWidth = 2.6;
  c.strokeStyle = theme.track;
  c.stroke();
  const short = (n: number): string => (n >= 10_000 ? `${Math.round(n / 1000)}k` : String(n));
  const persons = one.count - one.units;
  const both = one.units > 0 && persons > 0 && r >= 17;
  c.fillStyle = theme.text;
  c.font = `600 12.5px ${FONT}`;
  if (persons > 0) c.fillText(short(both ? persons : one.count), x, y + (both ? -4.5 : 0.5));
  if (!both && persons > 0) return; // too small for two lines: all together
  // Units are counted apart, under their own shape.
  c.font = `600 ${both ? 10 : 12}px ${FONT}`;
  const text = short(one.units);
  const half = c.measureText(text).width / 2;
  const below = both ? 8.5 : 0.5;
  c.fillText(text, x + 4, y + below);
  c.save();
  c.translate(x - half - 2, y + below - 0.5);
  c.beginPath();
  c.moveTo(0, -4);
  c.lineTo(3.6, 3.4);
  c.lineTo(0, 1.4);
  c.lineTo(-3.6, 3.4);
  c.fillStyle = theme.text;
  c.fill();
  c.restore();
}

function paintAlarmed(c: Context, p: Picture, labels: Label[]): void {
  const { plan, store, look, view } = p;
  if (!store) return;
  const named = view.zoom >= LABEL_FROM_ZOOM;
  const r = view.zoom < 7.5 ? 7 : 8.5;
  for (const { row, severity, stale } of plan.alarmed) {
    const mx = plan.x[row] ?? 0;
    const my = plan.y[row] ?? 0;
    const [x, y] = toScreen(view, mx, my);
    if (!onScreen(view, x, y, 40)) continue;
    const accuracy = store.accuracy[row] ?? 0;
    if (accuracy > 0) paintAccuracy(c, p, mx, my, accuracy, severity, stale);
    const course = store.course[row] ?? UNKNOWN_16;
    if (course !== UNKNOWN_16 && !stale && view.zoom >= CLUSTER_BELOW_ZOOM) {
      c.save();
      c.translate(Math.round(x), Math.round(y));
      drawCourse(c, look.theme, course, r + 3, look.theme.severity[severity]);
      c.restore();
    }
    const key = `${severity} ${r} ${stale ? 1 : 0} ${look.letters[severity]}`;
    p.sprites.put(c, key, x, y, () => [4 * r, 4 * r], (into) => drawSeverity(into, look, severity, r, stale));
    const id = store.ids[row] ?? "";
    const text = named || severity === 0 ? (p.labelOf ? p.labelOf(id) : id) : null;
    if (text) labels.push({ x, y, text, gap: r + 5, weight: 10 - severity, must: false });
  }
}

function paintMarks(c: Context, p: Picture, labels: Label[]): void {
  const rank = (mark: Mark): number =>
    mark.selected ? 9 : mark.kind === "wearer" && mark.severity != null ? 4 - mark.severity : mark.kind === "protected" ? 5 : 0;
  for (const mark of [...p.marks].sort((a, b) => rank(a) - rank(b))) {
    const [x, y] = toScreen(p.view, mercX(mark.lng), mercY(mark.lat));
    if (!onScreen(p.view, x, y, 40)) continue;
    c.save();
    c.translate(Math.round(x), Math.round(y));
    drawMark(c, p.look, mark);
    c.restore();
    if (mark.label) {
      const weight = 12 + rank(mark);
      labels.push({ x, y, text: mark.label, gap: MARK_RADIUS + 7, weight, must: mark.selected === true });
    }
  }
}

type Box = [number, number, number, number];
const overlaps = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

// Heaviest first; each tries below, right, above and left of its mark, and stays away when there is no room.
function paintLabels(c: Context, p: Picture, labels: Label[], taken: Box[]): void {
  const { theme } = p.look;
  c.font = LABEL_FONT;
  for (const { x, y, weight } of labels) if (weight >= 12) taken.push([x - 11, y - 11, x + 11, y + 11]);
  const ordered = labels.sort((a, b) => b.weight - a.weight).slice(0, MOST_LABELS);
  for (const { x, y, text, gap, must } of ordered) {
    const w = halfWidth(c, text) + 2;
    const spots: [number, number][] = [
      [x, y + gap + 6],
      [x + gap + w, y],
      [x, y - gap - 6],
      [x - gap - w, y],
    ];
    const boxOf = ([sx, sy]: [number, number]): Box => [sx - w, sy - 8, sx + w, sy + 8];
    const spot = spots.find((one) => !taken.some((box) => overlaps(box, boxOf(one)))) ?? (must ? spots[0] : undefined);
    if (!spot) continue;
    taken.push(boxOf(spot));
    p.sprites.put(c, `"${text}`, spot[0], spot[1], () => [2 * w + 6, 22], (into) => drawText(into, theme, text), !must);
  }
}

const LABEL_FONT = `600 12.5px ${FONT}`;
function drawText(c: Context, theme: MapTheme, text: string): void {
  c.font = LABEL_FONT;
  c.textBaseline = "middle";
  c.textAlign = "center";
  c.lineJoin = "round";
  c.lineWidth = 3.5;
  c.strokeStyle = theme.halo;
  c.strokeText(text, 0, 0);
  c.fillStyle = theme.text;
  c.fillText(text, 0, 0);
}

// Measuring text is dear, too. c.font must be LABEL_FONT.
const widths = new Map<string, number>();
function halfWidth(c: Context, text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > 5000) widths.clear();
    width = c.measureText(text).width / 2;
    widths.set(text, width);
  }
  return width;
}

function paintDraft(c: Context, p: Picture, draft: Draft): void {
  const { theme } = p.look;
  const points = draft.corners.map(([lng, lat]) => toScreen(p.view, mercX(lng), mercY(lat)));
  const next = draft.cursor ? toScreen(p.view, mercX(draft.cursor[0]), mercY(draft.cursor[1])) : null;
  const all = next ? [...points, next] : points;
  c.beginPath();
  all.forEach(([x, y], i) => (i === 0 ? c.moveTo(x, y) : c.lineTo(x, y)));
  if (draft.kind === "polygon" && all.length > 2) {
    c.closePath();
    c.fillStyle = theme.accent;
    c.globalAlpha = 0.14;
    c.fill();
    c.globalAlpha = 1;
  }
  c.lineJoin = "round";
  c.lineWidth = 4.5;
  c.strokeStyle = theme.halo;
  c.stroke();
  c.setLineDash([7, 5]);
  c.lineWidth = 2;
  c.strokeStyle = theme.accent;
  c.stroke();
  c.setLineDash([]);
  for (const [x, y] of points) corner(c, theme, x, y, 5);
  if (!draft.crosshair || !next) return;
  const [x, y] = next;
  for (const [width, colour] of [
    [4, theme.halo],
    [1.6, theme.text],
  ] as const) {
    c.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      c.moveTo(x + dx * 5, y + dy * 5);
      c.lineTo(x + dx * 20, y + dy * 20);
    }
    c.lineWidth = width;
    c.strokeStyle = colour;
    c.stroke();
  }
}
