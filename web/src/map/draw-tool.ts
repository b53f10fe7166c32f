// Drawing a polygon or a line, the same by mouse, finger and keyboard. Knows corners and a cursor; no screen, no events.
import type { LngLat } from "./projection";

export type DrawKind = "polygon" | "line";

export const leastCorners = (kind: DrawKind): number => (kind === "polygon" ? 3 : 2);
const same = (a: LngLat | undefined, b: LngLat): boolean =>
  a !== undefined && Math.abs(a[0] - b[0]) < 1e-7 && Math.abs(a[1] - b[1]) < 1e-7;

export class DrawTool {
  readonly corners: LngLat[] = [];
  cursor: LngLat | null = null;
  crosshair = false; // the cursor is moved by keys and shown as a crosshair

  constructor(
    readonly kind: DrawKind,
    private readonly done: (corners: LngLat[] | null) => void,
  ) {}

  get complete(): boolean {
    return this.corners.length >= leastCorners(this.kind);
  }

  // Sets a corner; the same place twice means: done. Answers whether the drawing has ended.
  set(place: LngLat): boolean {
    if (same(this.corners.at(-1), place)) return this.finish();
    if (this.kind === "polygon" && this.complete && same(this.corners[0], place)) return this.finish();
    this.corners.push(place);
    return false;
  }

  undo(): void {
    this.corners.pop();
  }

  // Ends with the corners when there are enough of them.
  finish(): boolean {
    if (!this.complete) return false;
    this.done([...this.corners]);
    return true;
  }

  giveUp(): void {
    this.done(null);
  }
}
