// What lies under the pointer: by looking at every mark, alert, cluster and track on the screen, which for 20,000 rows
// takes a fraction of a millisecond. Marks win over tracks with an alert, those over clusters and routine tracks.
import type { TrackStore } from "../kit/track-store";
import { ALARMED, type Cluster, clusterRadius, SHAPES, type TrackPlan } from "./plan";
import { mercX, mercY, toScreen, type View, worldSize } from "./projection";
import type { Mark } from "./types";

export type Picked = { kind: "object"; id: string } | { kind: "cluster"; cluster: Cluster } | null;

const SURE_PX = 15; // a mark's own size: nothing else is looked at

export function pick(
  view: View,
  px: number,
  py: number,
  reachPx: number,
  marks: readonly Mark[],
  plan: TrackPlan,
  store: TrackStore | undefined,
): Picked {
  let best: string | null = null;
  let nearest = Math.max(SURE_PX, reachPx) ** 2;
  for (const mark of marks) {
    const [x, y] = toScreen(view, mercX(mark.lng), mercY(mark.lat));
    const d = (x - px) ** 2 + (y - py) ** 2;
    if (d <= nearest) {
      nearest = d;
      best = mark.id;
    }
  }
  if (best !== null) return { kind: "object", id: best };
  const alarmed = nearestRow(view, px, py, Math.max(SURE_PX, reachPx), plan, (shape) => shape === ALARMED);
  if (alarmed >= 0) return { kind: "object", id: store?.ids[alarmed] ?? "" };
  for (const cluster of plan.clusters) {
    const [x, y] = toScreen(view, cluster.x, cluster.y);
    if (Math.hypot(x - px, y - py) <= clusterRadius(cluster.count) + 2) return { kind: "cluster", cluster };
  }
  const row = nearestRow(view, px, py, reachPx, plan, (shape) => shape < SHAPES);
  return row >= 0 ? { kind: "object", id: store?.ids[row] ?? "" } : null;
}

function nearestRow(
  view: View,
  px: number,
  py: number,
  reachPx: number,
  plan: TrackPlan,
  wanted: (shape: number) => boolean,
): number {
  const size = worldSize(view.zoom);
  const ox = view.x * size - view.width / 2 + px;
  const oy = view.y * size - view.height / 2 + py;
  let best = -1;
  let nearest = reachPx * reachPx;
  for (let row = 0; row < plan.count; row += 1) {
    const dx = (plan.x[row] ?? 0) * size - ox;
    const dy = (plan.y[row] ?? 0) * size - oy;
    const d = dx * dx + dy * dy;
    if (d <= nearest && wanted(plan.shape[row] ?? 255)) {
      nearest = d;
      best = row;
    }
  }
  return best;
}
