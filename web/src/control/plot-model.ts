// The server's distances over time as columns for the plot and its table twin. Pure: nothing is computed but
// units.
import type { Schemas } from "../kit/api";

export type ProximityPoint = Schemas["ProximityPoint"];

export interface PlotColumns {
  atS: number[];
  distanceM: number[];
  lowM: number[];
  highM: number[];
  closingKmh: (number | null)[];
}

const SIGMAS = 2; // the band holds 95 % of it

export function columnsOf(points: readonly ProximityPoint[], protectedId: string): PlotColumns {
  const out: PlotColumns = { atS: [], distanceM: [], lowM: [], highM: [], closingKmh: [] };
  for (const point of points) {
    if (point.protected_id !== protectedId) continue;
    const atS = Number(point.at_us ?? 0) / 1e6;
    // Two distances of one moment: the later one is what was known.
    if (out.atS[out.atS.length - 1] === atS)
      for (const column of Object.values(out)) (column as unknown[]).pop();
    const distanceM = Number(point.distance_mm ?? 0) / 1000;
    const errorM = ((point.sigma_mm ?? 0) / 1000) * SIGMAS;
    out.atS.push(atS);
    out.distanceM.push(distanceM);
    out.lowM.push(Math.max(0, distanceM - errorM));
    out.highM.push(distanceM + errorM);
    out.closingKmh.push(point.closing_known ? ((point.closing_mmps ?? 0) / 1000) * 3.6 : null);
  }
  return out;
}

export const protectedOf = (points: readonly ProximityPoint[]): string[] => [
  ...new Set(points.map((point) => point.protected_id ?? "")),
];

export function newest(points: readonly ProximityPoint[], protectedId?: string): ProximityPoint | null {
  let best: ProximityPoint | null = null;
  for (const point of points) {
    if (protectedId && point.protected_id !== protectedId) continue;
    if (!best || Number(point.at_us ?? 0) >= Number(best.at_us ?? 0)) best = point;
  }
  return best;
}
