// The server's distance between the two persons: the newest it said by any way, with error, trend and age.
import { useTranslation } from "react-i18next";
import { type Alert, api, type Schemas } from "../kit/api";
import { Age } from "../kit/chrome";
import { distance, speed } from "../kit/format";
import { type Loaded, patience, take, useLoaded } from "../kit/load";
import type { PictureStore } from "../kit/picture-store";
import { useSlowPicture } from "./desk";
import { newest, type ProximityPoint } from "./plot-model";

const EVERY_MS = 3000;

export type Series = Loaded<Schemas["ProximitySeries"]>;

export function useProximity(incidentId: string): Series {
  return useLoaded(
    incidentId ? `proximity/${incidentId}` : null,
    () =>
      take(
        api.GET("/api/v1/incidents/{id}/proximity", {
          params: { path: { id: incidentId } },
          signal: patience(),
        }),
      ),
    EVERY_MS,
  );
}

export interface Known {
  distanceM: number;
  errorM: number;
  closingMps: number | null;
  atMs: number;
}

// Alert, call and series each tell it; the latest moment counts.
export function latestProximity(
  alert: Alert,
  picture: PictureStore,
  points: readonly ProximityPoint[],
): Known | null {
  const told: {
    at_us?: string;
    distance_mm?: string | number;
    sigma_mm?: number;
    closing_mmps?: number;
    closing_known?: boolean;
  }[] = [];
  if (alert.proximity?.at_us) told.push(alert.proximity);
  for (const call of picture.calls.values()) {
    if (
      call.incident_id === alert.incident_id &&
      call.protected_id === alert.protected_id &&
      call.proximity?.at_us
    ) {
      told.push(call.proximity);
    }
  }
  const point = newest(points, alert.protected_id);
  if (point) told.push(point);
  told.sort((a, b) => Number(b.at_us ?? 0) - Number(a.at_us ?? 0));
  const last = told[0];
  if (!last) return null;
  return {
    distanceM: Number(last.distance_mm ?? 0) / 1000,
    errorM: ((last.sigma_mm ?? 0) / 1000) * 2,
    closingMps: last.closing_known ? (last.closing_mmps ?? 0) / 1000 : null,
    atMs: Number(last.at_us ?? 0) / 1000,
  };
}

export function Approach({ alert, series }: { alert: Alert; series: readonly ProximityPoint[] }) {
  const { t } = useTranslation();
  const picture = useSlowPicture(500, true);
  const known = latestProximity(alert, picture, series);
  if (!alert.protected_id) return null;
  if (!known) return <p className="approach quiet">{t("proximity.unknown")}</p>;
  const { closingMps } = known;
  return (
    <div className="approach" data-distance>
      <b className="big number">{distance(known.distanceM)}</b>
      <span className="number quiet">
        {known.errorM > 0 ? t("proximity.error", { d: distance(known.errorM) }) : t("proximity.no_error")}
      </span>
      <span>
        {closingMps === null
          ? t("proximity.closing_unknown")
          : Math.abs(closingMps) * 3.6 < 0.5
            ? t("proximity.still")
            : closingMps >= 0
              ? t("proximity.closing", { v: speed(closingMps) })
              : t("proximity.opening", { v: speed(-closingMps) })}
      </span>
      <Age atMs={known.atMs} staleAfterS={60} />
    </div>
  );
}
