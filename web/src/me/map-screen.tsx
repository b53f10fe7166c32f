// The map, loaded only when she asks for it, and only while the server sends a place.
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { View } from "../kit/api";
import { lngLat } from "../kit/api";
import { distance } from "../kit/format";
import { useLive } from "../kit/surface";
import { addWords } from "../kit/words";
import type { Mark } from "../map/types";
import { usePhone } from "./shell";
import en from "./words/map.en.json";
import ko from "./words/map.ko.json";

addWords("surface", { ko, en });
const MapView = lazy(() => import("../map/map-view"));

export default function MapScreen({ views }: { views: { view: View; number: number }[] }) {
  const { t } = useTranslation();
  const { fix } = usePhone();
  const { who } = useLive();
  const marks: Mark[] = views.flatMap(({ view, number }) => {
    if (!view.place) return [];
    const [lng, lat] = lngLat(view.place);
    const label = t("map.wearer", { number, distance: distance(view.distance_m ?? 0) });
    const approaching = view.trend === "TREND_APPROACHING";
    return [{
      id: view.id ?? "", kind: "wearer" as const, lat, lng, label, accuracyM: view.accuracy_m ?? 0,
      stale: view.degraded === true, severity: approaching ? (0 as const) : (2 as const),
    }];
  });
  if (fix) marks.push({ id: "self", kind: "self", lat: fix.lat, lng: fix.lng, label: t("dial.me"), accuracyM: fix.accuracyM });
  return (
    <div className="map-screen">
      <Suspense fallback={<p role="status">{t("map.loading")}</p>}>
        <MapView label={t("map.label")} marks={marks} fit={marks.map((mark) => [mark.lng, mark.lat])} cluster={false} simple viewer={who.account} />
      </Suspense>
      <p className="quiet">{t("map.note")}</p>
    </div>
  );
}
