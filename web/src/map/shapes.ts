// The pictures of what is on the map, drawn with Canvas 2D and used by both engines. Meaning is in the shape and the
// letter; colour only adds to it. A place that is old is hollow.
import { SHAPES, STALE_SHAPE } from "./plan";
import { FONT, type MapTheme } from "./theme";
import type { Mark, Severity } from "./types";

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export const DOT_BOX = 15; // CSS pixels: room for one routine track

// Routine tracks: small, quiet, no direction.
export function drawDot(c: Context, shape: number, theme: MapTheme): void {
  const stale = shape >= STALE_SHAPE;
  const kind = shape % STALE_SHAPE;
  c.beginPath();
  if (kind === 0) c.arc(0, 0, stale ? 3.6 : 3.8, 0, 7);
  else if (kind === 1) polygon(c, [0, -5.2, 5.2, 0, 0, 5.2, -5.2, 0]);
  else if (kind === 2) chevron(c, 5.4);
  else c.rect(-3, -3, 6, 6);
  c.lineJoin = "round";
  const colour = kind === 1 || kind === 2 ? theme.role : theme.track;
  if (stale) {
    // On light land white shapes would look the same old or new: there the old ones are grey and see-through.
    const role = colour === theme.role && !theme.dark;
    c.fillStyle = theme.halo;
    c.globalAlpha = role ? 0.2 : 0.75;
    c.fill();
    c.globalAlpha = 1;
    c.lineWidth = 1.4;
    c.strokeStyle = role ? theme.track : colour;
    if (role) c.setLineDash([2, 1.4]);
    c.stroke();
    c.setLineDash([]);
    return;
  }
  c.lineWidth = theme.dark || colour === theme.role ? 1.8 : 1.2;
  c.strokeStyle = theme.outline;
  c.stroke();
  c.fillStyle = colour;
  c.fill();
}

function polygon(c: Context, xy: number[]): void {
  for (let i = 0; i < xy.length; i += 2) {
    const x = xy[i] ?? 0;
    const y = xy[i + 1] ?? 0;
    if (i === 0) c.moveTo(x, y);
    else c.lineTo(x, y);
  }
  c.closePath();
}

// A thick arrow head pointing up.
function chevron(c: Context, r: number): void {
  polygon(c, [0, -r, r, r * 0.85, 0, r * 0.3, -r, r * 0.85]);
}

// One strip of all routine shapes, `box` device pixels each, with plain (not premultiplied) colours.
export function dotStrip(theme: MapTheme, ratio: number): { box: number; pixels: ImageData } {
  const box = Math.ceil(DOT_BOX * ratio) | 1; // odd, so that a place has a middle pixel
  const canvas = document.createElement("canvas");
  canvas.width = box * SHAPES;
  canvas.height = box;
  const c = canvas.getContext("2d", { willReadFrequently: true });
  if (!c) throw new Error("no 2D canvas");
  for (let shape = 0; shape < SHAPES; shape += 1) {
    c.setTransform(ratio, 0, 0, ratio, box * shape + box / 2, box / 2);
    drawDot(c, shape, theme);
  }
  return { box, pixels: c.getImageData(0, 0, canvas.width, canvas.height) };
}

// Severity: 0 square, 1 triangle, 2 diamond, 3 circle, each with its letter.
export function severityPath(c: Context, severity: Severity, r: number): void {
  c.beginPath();
  if (severity === 0) c.roundRect(-r, -r, 2 * r, 2 * r, r * 0.22);
  else if (severity === 1) polygon(c, [0, -r * 1.25, r * 1.25, r, -r * 1.25, r]);
  else if (severity === 2) polygon(c, [0, -r * 1.3, r * 1.3, 0, 0, r * 1.3, -r * 1.3, 0]);
  else c.arc(0, 0, r * 1.05, 0, 7);
}

export interface Look {
  theme: MapTheme;
  letters: [string, string, string, string];
}

export function drawSeverity(c: Context, look: Look, severity: Severity, r: number, stale: boolean): void {
  const { theme, letters } = look;
  const fill = theme.severity[severity];
  severityPath(c, severity, r);
  c.lineJoin = "round";
  c.lineWidth = stale ? 5 : 3;
  c.strokeStyle = theme.outline;
  c.stroke();
  c.fillStyle = stale ? theme.halo : fill;
  c.fill();
  if (stale) {
    c.lineWidth = 2.4;
    c.strokeStyle = fill;
    c.stroke();
  }
  if (r < 8) return;
  c.font = `700 ${Math.round(r * 1.25)}px ${FONT}`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillStyle = stale ? theme.text : theme.onSeverity[severity];
  c.fillText(letters[severity], 0, (severity === 1 ? r * 0.3 : 0) + r * 0.08);
}

// Which way it moves: a nose outside the shape.
export function drawCourse(c: Context, theme: MapTheme, courseDeg: number, r: number, colour: string): void {
  c.save();
  c.rotate((courseDeg * Math.PI) / 180);
  c.beginPath();
  polygon(c, [0, -r - 9, 5.5, -r - 1, -5.5, -r - 1]);
  c.lineWidth = 2.5;
  c.lineJoin = "round";
  c.strokeStyle = theme.outline;
  c.stroke();
  c.fillStyle = colour;
  c.fill();
  c.restore();
}

export const MARK_RADIUS = 10;

export function drawMark(c: Context, look: Look, mark: Mark): void {
  const { theme } = look;
  const severity = mark.severity ?? null;
  const stale = mark.stale === true;
  const r = MARK_RADIUS;
  if (mark.selected) {
    c.beginPath();
    c.arc(0, 0, r + 8, 0, 7);
    c.lineWidth = 5;
    c.strokeStyle = theme.outline;
    c.stroke();
    c.lineWidth = 2.5;
    c.strokeStyle = theme.accent;
    c.stroke();
  }
  if (mark.kind === "wearer") {
    const colour = severity === null ? theme.track : theme.severity[severity];
    if (mark.courseDeg != null && !stale) drawCourse(c, theme, mark.courseDeg, severity === null ? r - 2 : r + 3, colour);
    if (severity !== null) drawSeverity(c, look, severity, r, stale);
    else filled(c, theme, colour, stale, () => c.arc(0, 0, r - 2.5, 0, 7));
    return;
  }
  if (mark.kind === "protected") {
    filled(c, theme, theme.role, stale, () => polygon(c, [0, -r - 1, r + 1, 0, 0, r + 1, -r - 1, 0]));
  } else if (mark.kind === "unit") {
    c.save();
    if (mark.courseDeg != null && !stale) c.rotate((mark.courseDeg * Math.PI) / 180);
    filled(c, theme, theme.role, stale, () => chevron(c, r));
    c.restore();
  } else drawSelf(c, theme, mark, stale);
  if (severity !== null) {
    c.save();
    c.translate(r * 0.9, -r * 0.9);
    drawSeverity(c, look, severity, 6, false);
    c.restore();
  }
}

function drawSelf(c: Context, theme: MapTheme, mark: Mark, stale: boolean): void {
  if (mark.courseDeg != null && !stale) drawCourse(c, theme, mark.courseDeg, 9, theme.role);
  for (const [width, colour] of [
    [6.5, theme.outline],
    [3.5, stale ? theme.track : theme.role],
  ] as const) {
    c.beginPath();
    c.arc(0, 0, 8, 0, 7);
    c.lineWidth = width;
    c.strokeStyle = colour;
    c.stroke();
  }
  c.beginPath();
  c.arc(0, 0, 2.4, 0, 7);
  c.fillStyle = stale ? theme.track : theme.role;
  c.fill();
}

function filled(c: Context, theme: MapTheme, colour: string, stale: boolean, path: () => void): void {
  c.beginPath();
  path();
  c.lineJoin = "round";
  if (stale && !theme.dark && colour === theme.role) {
    c.fillStyle = theme.halo;
    c.globalAlpha = 0.4;
    c.fill();
    c.globalAlpha = 1;
    c.lineWidth = 2.2;
    c.setLineDash([4, 2.5]);
    c.strokeStyle = theme.track;
    c.stroke();
    c.setLineDash([]);
    return;
  }
  c.lineWidth = stale ? 5 : 3;
  c.strokeStyle = theme.outline;
  c.stroke();
  c.fillStyle = stale ? theme.halo : colour;
  c.fill();
  if (!stale) return;
  c.lineWidth = 2.2;
  c.strokeStyle = colour;
  c.stroke();
}
