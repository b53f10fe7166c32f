// What the two engines have in common: each draws the base and the mass of tracks for a view, at once, and offers a 2D
// canvas on top for what wants attention.
import type { BaseData } from "./base-data";
import type { EngineName } from "./choice";
import type { BaseMap } from "./config";
import type { TrackPlan } from "./plan";
import type { View } from "./projection";
import type { MapTheme } from "./theme";

export interface EngineEvents {
  redraw: () => void; // something arrived (a tile, a font): draw again
  lost: () => void; // the graphics context is gone
  baseFailed: (base: BaseMap) => void; // the configured base cannot be had
}

export interface BaseWanted {
  base: BaseMap;
  data: BaseData | null; // of the built-in map; null while it loads
  theme: MapTheme;
  language: "ko" | "en";
}

export interface Engine {
  readonly name: EngineName;
  readonly ratio: number; // device pixels per CSS pixel
  readonly top: CanvasRenderingContext2D;
  setBase(wanted: BaseWanted): void;
  resize(width: number, height: number): void;
  // Draws base and tracks and leaves `top` cleared (or holding the tracks), its scale set to CSS pixels. Answers false when
  // nothing could be drawn yet.
  draw(view: View, plan: TrackPlan): boolean;
  dispose(): void;
}

// Says when a source of tiles cannot be had: three failures within ten seconds. Tiles that are not there (404) count only
// while none has come, as many sources have nothing outside of their ground.
export class TileJudge {
  private served = false;
  private at: number[] = [];

  came(): void {
    this.served = true;
  }

  // `status` of the answer, null when there was none. Answers whether the source has to be given up.
  failed(status: number | null, nowMs: number): boolean {
    if (status === 404 && this.served) return false;
    this.at = [...this.at.filter((one) => nowMs - one < 10_000), nowMs];
    return this.at.length >= 3;
  }
}

export function layer(parent: HTMLElement, className: string): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = className;
  canvas.setAttribute("aria-hidden", "true");
  parent.append(canvas);
  return canvas;
}
