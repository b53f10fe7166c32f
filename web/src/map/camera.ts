// The view and what moves it: drag, pinch, wheel, double click, keys, and flights of our own. The same for both engines,
// which only draw the view they are given. Motion that nobody asked for is left out where the person wants less of it.
import { between, clampView, fitted, type LngLat, mercX, mercY, panned, type View, zoomedAt } from "./projection";

const CLICK_PX = 5;
const DOUBLE_MS = 320;
const WHEEL_ZOOM = 1 / 260; // zoom steps per pixel of wheel
const FLIGHT_MS = 450;
const GLIDE_FROM_PX_MS = 0.25;
export const FIT_MARGIN_PX = 56;

export interface CameraEvents {
  changed: () => void;
  click: (px: number, py: number, touch: boolean) => void;
  doubleClick: (px: number, py: number) => boolean; // true: taken, no zoom
  hover: (px: number, py: number) => void;
  moved: () => void; // by the person
}

interface Flight {
  from: View;
  to: View;
  startMs: number;
  ms: number;
}

const reducedMotion = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Camera {
  view: View;
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private down: { x: number; y: number; atMs: number; moved: boolean } | null = null;
  private speed = { x: 0, y: 0, atMs: 0 };
  private lastClick = { x: 0, y: 0, atMs: -Infinity };
  private flight: Flight | null = null;
  private frame = 0;
  private readonly off = new AbortController();

  constructor(
    private readonly element: HTMLElement,
    view: View,
    private readonly events: CameraEvents,
  ) {
    this.view = clampView(view);
    const on = { signal: this.off.signal };
    element.addEventListener("pointerdown", (e) => this.pointerDown(e), on);
    element.addEventListener("pointermove", (e) => this.pointerMove(e), on);
    element.addEventListener("pointerup", (e) => this.pointerUp(e), on);
    element.addEventListener("pointercancel", (e) => this.forget(e.pointerId), on);
    element.addEventListener("wheel", (e) => this.wheel(e), { ...on, passive: false });
  }

  dispose(): void {
    this.off.abort();
    cancelAnimationFrame(this.frame);
  }

  resize(width: number, height: number): void {
    this.view = { ...this.view, width, height };
    this.events.changed();
  }

  jump(view: View): void {
    this.stop();
    this.view = clampView(view);
    this.events.changed();
  }

  flyTo(place: { lat: number; lng: number }, zoom?: number): void {
    this.fly({ ...this.view, x: mercX(place.lng), y: mercY(place.lat), zoom: zoom ?? this.view.zoom });
  }

  fit(points: readonly LngLat[], still = false): void {
    const to = fitted(this.view, points, FIT_MARGIN_PX);
    if (still) this.jump(to);
    else this.fly(to);
  }

  fly(to: View): void {
    this.stop();
    const target = clampView(to);
    const far = Math.hypot(target.x - this.view.x, target.y - this.view.y) * 512 * 2 ** Math.min(this.view.zoom, target.zoom);
    if (reducedMotion() || far > 4 * this.view.width) {
      this.jump(target);
      return;
    }
    this.flight = { from: this.view, to: target, startMs: performance.now(), ms: FLIGHT_MS };
    this.frame = requestAnimationFrame((now) => this.step(now));
  }

  // By keys or buttons: pixels to move what is seen, or zoom steps about the middle.
  pan(dx: number, dy: number): void {
    this.events.moved();
    this.fly(panned(this.flight?.to ?? this.view, dx, dy));
  }

  zoomBy(steps: number, px = this.view.width / 2, py = this.view.height / 2): void {
    this.events.moved();
    this.fly(zoomedAt(this.flight?.to ?? this.view, (this.flight?.to ?? this.view).zoom + steps, px, py));
  }

  private stop(): void {
    this.flight = null;
    cancelAnimationFrame(this.frame);
  }

  private step(now: number): void {
    const { flight } = this;
    if (!flight) return;
    const share = Math.min(1, Math.max(0, (now - flight.startMs) / flight.ms));
    const eased = 1 - (1 - share) ** 3;
    this.view = { ...clampView(between(flight.from, flight.to, eased)), width: this.view.width, height: this.view.height };
    if (share >= 1) this.flight = null;
    else this.frame = requestAnimationFrame((later) => this.step(later));
    this.events.changed();
  }

  private at(e: PointerEvent | WheelEvent): { x: number; y: number } {
    const box = this.element.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  }

  private pointerDown(e: PointerEvent): void {
    if (e.pointerType === "mouse" && e.button !== 0) return;
    const at = this.at(e);
    this.pointers.set(e.pointerId, at);
    this.element.setPointerCapture(e.pointerId);
    this.stop();
    this.down = this.pointers.size === 1 ? { ...at, atMs: e.timeStamp, moved: false } : null;
    this.speed = { x: 0, y: 0, atMs: e.timeStamp };
  }

  private pointerMove(e: PointerEvent): void {
    const at = this.at(e);
    const before = this.pointers.get(e.pointerId);
    if (!before) {
      this.events.hover(at.x, at.y);
      return;
    }
    if (this.pointers.size === 1) this.drag(e, at, before);
    else if (this.pointers.size === 2) this.pinch(e.pointerId, at, before);
    this.pointers.set(e.pointerId, at);
  }

  private drag(e: PointerEvent, at: { x: number; y: number }, before: { x: number; y: number }): void {
    if (this.down && !this.down.moved) {
      if (Math.hypot(at.x - this.down.x, at.y - this.down.y) < CLICK_PX) return;
      this.down.moved = true;
      this.events.moved();
    }
    const ms = Math.max(1, e.timeStamp - this.speed.atMs);
    const keep = Math.exp(-ms / 40);
    this.speed = {
      x: this.speed.x * keep + ((at.x - before.x) / ms) * (1 - keep),
      y: this.speed.y * keep + ((at.y - before.y) / ms) * (1 - keep),
      atMs: e.timeStamp,
    };
    this.view = panned(this.view, at.x - before.x, at.y - before.y);
    this.events.changed();
  }

  private pinch(id: number, at: { x: number; y: number }, before: { x: number; y: number }): void {
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (!other) return;
    this.events.moved();
    const grown = Math.hypot(at.x - other.x, at.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    const shifted = panned(this.view, (at.x - before.x) / 2, (at.y - before.y) / 2);
    this.view = zoomedAt(shifted, shifted.zoom + Math.log2(grown), middle.x, middle.y);
    this.events.changed();
  }

  private pointerUp(e: PointerEvent): void {
    const down = this.down;
    const alone = this.pointers.size === 1;
    this.forget(e.pointerId);
    if (!down || !alone) return;
    if (down.moved) {
      this.glide(e.timeStamp);
      return;
    }
    const again = e.timeStamp - this.lastClick.atMs < DOUBLE_MS && Math.hypot(down.x - this.lastClick.x, down.y - this.lastClick.y) < 20;
    this.lastClick = { x: down.x, y: down.y, atMs: again ? -Infinity : e.timeStamp };
    if (!again) this.events.click(down.x, down.y, e.pointerType === "touch");
    else if (!this.events.doubleClick(down.x, down.y)) this.zoomBy(1, down.x, down.y);
  }

  private forget(id: number): void {
    this.pointers.delete(id);
    if (this.pointers.size === 0) this.down = null;
  }

  private glide(nowMs: number): void {
    const { x, y, atMs } = this.speed;
    if (nowMs - atMs > 60 || Math.hypot(x, y) < GLIDE_FROM_PX_MS || reducedMotion()) return;
    this.flight = { from: this.view, to: panned(this.view, x * 160, y * 160), startMs: performance.now(), ms: 480 };
    this.frame = requestAnimationFrame((now) => this.step(now));
  }

  private wheel(e: WheelEvent): void {
    e.preventDefault();
    const pixels = e.deltaMode === WheelEvent.DOM_DELTA_LINE ? e.deltaY * 33 : e.deltaY;
    const steps = Math.max(-1, Math.min(1, -pixels * WHEEL_ZOOM * (e.ctrlKey ? 4 : 1)));
    const at = this.at(e);
    this.stop();
    this.events.moved();
    this.view = zoomedAt(this.view, this.view.zoom + steps, at.x, at.y);
    this.events.changed();
  }
}
