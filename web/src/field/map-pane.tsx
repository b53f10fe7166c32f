// The map of a call: where the persons are or may be, the way they came, this unit, and the straight line to the target.
import { useTranslation } from "react-i18next";
import type { Call } from "../kit/api";
import { lngLat } from "../kit/api";
import { msOf, serverNowMs } from "../kit/clock";
import { ageText, distance } from "../kit/format";
import { levelOf } from "../kit/chrome";
import { useNow, usePicture } from "../kit/surface";
import MapView from "../map/map-view";
import type { MapLine, Mark } from "../map/types";
import type { Own, Person } from "./assigned";
import { MIGHT_MOVE_MPS, ringM } from "./sight";
import type { TrailBook } from "./trail";

interface Props {
  persons: Person[];
  own: Own | null;
  call: Call;
  lost: boolean;
  trails: TrailBook;
  callSign: string;
}

interface Spot {
  lng: number;
  lat: number;
  atMs: number;
  accuracyM: number;
  courseDeg: number | null;
}

// The live place; before the first one, the place the call came with.
function spotOf(person: Person, call: Call): Spot | null {
  const { track } = person;
  if (track) return { lng: track.lng, lat: track.lat, atMs: track.fixedAtMs, accuracyM: track.accuracyM, courseDeg: track.courseDeg };
  const told = call.destinations?.find((to) => to.person_id === person.id);
  if (!told?.place) return null;
  const [lng, lat] = lngLat(told.place);
  return { lng, lat, atMs: msOf(told.fixed_at_us), accuracyM: Math.round((told.accuracy_mm ?? 0) / 1000), courseDeg: null };
}

export default function MapPane({ persons, own, call, lost, trails, callSign }: Props) {
  const { t } = useTranslation();
  const picture = usePicture();
  useNow(1000);
  const marks: Mark[] = [];
  const lines: MapLine[] = [];
  const fit: [number, number][] = [];
  const severity = levelOf(call.code);
  persons.forEach((person, n) => {
    const spot = spotOf(person, call);
    if (!spot) return;
    const old = person.sight.personOld;
    const ageMs = serverNowMs() - spot.atMs;
    const who = t(`kit:target.${person.target}`);
    marks.push({
      id: person.id,
      kind: person.target === "WEARER" ? "wearer" : "protected",
      lat: spot.lat,
      lng: spot.lng,
      label: old ? t("map.old", { who, age: ageText(ageMs, spot.atMs) }) : who,
      severity: old || person.target !== "WEARER" ? null : severity,
      courseDeg: old ? null : spot.courseDeg,
      accuracyM: old ? ringM(spot.accuracyM, ageMs) : spot.accuracyM,
      stale: old,
      selected: n === 0,
    });
    fit.push([spot.lng, spot.lat]);
    const points = trails.of(person.id, picture.trails.get(person.id)).map((point): [number, number] => [point.lng, point.lat]);
    if (points.length > 1) lines.push({ id: `trail-${person.id}`, kind: "trail", points, severity: old ? null : severity });
    if (n === 0 && own) {
      lines.push({ id: "guide", kind: "guide", points: [[own.lng, own.lat], [spot.lng, spot.lat]], label: t("map.guide") });
    }
  });
  if (own) {
    marks.push({
      id: "self", kind: "self", lat: own.lat, lng: own.lng, label: callSign, accuracyM: own.accuracyM, courseDeg: own.courseDeg, stale: own.old,
    });
    fit.push([own.lng, own.lat]);
  }
  const main = persons[0];
  const label = main?.approach
    ? t("map.sentence", { who: t(`kit:target.${main.target}`), distance: distance(main.approach.distance_m ?? 0) })
    : t("map.sentence_unknown");
  return (
    <>
      <MapView label={label} marks={marks} lines={lines} fit={fit} cluster={false} simple serverNowMs={serverNowMs} />
      {(lost || main?.sight.personOld) && <p className="ring-note">{t("map.ring", { kmh: Math.round(MIGHT_MOVE_MPS * 3.6) })}</p>}
    </>
  );
}
