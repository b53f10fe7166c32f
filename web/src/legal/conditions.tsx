// Writing conditions: distances to her wherever she is, and places drawn on a map or typed. The map shows what is written,
// rings around a place that was clicked to see how far they reach; nobody's position is on it.
import { lazy, Suspense, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey } from "../kit/api";
import { distance } from "../kit/format";
import { useLive } from "../kit/surface";
import type { MapArea, MapHandle } from "../map/types";
import { circleOf, type Draft, type DraftZone, placeOfText, polygonOf, problemOf, withZone } from "./draft";
import { corners, geometryOf } from "./shapes";

const MapView = lazy(() => import("../map/map-view"));
const DISTANCES = ["banM", "mapM", "policeM", "warnM"] as const;
const RINGS = { banM: "ring_ban", mapM: "ring_map", policeM: "ring_police", warnM: "ring_warn" } as const;
const USUAL_RADIUS_M = 100;

export function ConditionsEditor({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const { t } = useTranslation("legal");
  const problem = problemOf(draft);
  return (
    <fieldset className="conditions">
      <legend>{t("conditions.title")}</legend>
      <label className="tick">
        <input type="checkbox" checked={draft.keepAway} onChange={() => change({ ...draft, keepAway: !draft.keepAway })} />
        {t("condition.keep_away", { who: draft.protectedId })}
      </label>
      {draft.keepAway && (
        <div className="distances">
          {DISTANCES.map((name) => (
            <label key={name}>
              {t(`conditions.${name}`)}
              <input
                type="number"
                min={10}
                max={100_000}
                step={10}
                value={draft[name]}
                onChange={(event) => change({ ...draft, [name]: Number(event.target.value) })}
              />
            </label>
          ))}
        </div>
      )}
      <ZoneMap draft={draft} change={change} />
      <ZoneList draft={draft} change={change} />
      {problem && (
        <p className="problem" role="alert">
          {t(`conditions.problem.${problem}`)}
        </p>
      )}
    </fieldset>
  );
}

export function ZoneMap({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const { t } = useTranslation("legal");
  const { who } = useLive();
  const map = useRef<MapHandle>(null);
  const [centre, setCentre] = useState<[number, number] | null>(null);
  const [typed, setTyped] = useState("");
  const [radius, setRadius] = useState(USUAL_RADIUS_M);
  const [wrong, setWrong] = useState(false);
  const newest = useRef(draft);
  newest.current = draft;
  const problemId = useId();

  const add = (shape: DraftZone["zone"]["shape"]) => shape && change(withZone(newest.current, `zone-${newKey().slice(0, 8)}`, shape));
  const draw = async () => {
    const drawn = await map.current?.draw("polygon");
    if (drawn && drawn.length >= 3) add(polygonOf(drawn));
  };
  const addCircle = () => {
    const place = placeOfText(typed);
    setWrong(place === null);
    if (place) add(circleOf(place, radius));
  };
  const areas = useMemo((): MapArea[] => {
    const out: MapArea[] = [];
    for (const one of draft.zones) {
      const geometry = geometryOf(one.zone.shape);
      if (geometry) out.push({ id: one.id, kind: "exclusion", geometry, label: one.id });
    }
    if (centre && draft.keepAway) {
      for (const name of DISTANCES) {
        const radiusM = draft[name];
        out.push({ id: name, kind: RINGS[name], geometry: { type: "Circle", centre, radiusM }, label: distance(radiusM) });
      }
    }
    return out;
  }, [draft, centre]);
  const fit = useMemo(() => {
    const all = draft.zones.flatMap((one) => corners(one.zone.shape));
    return all.length > 0 ? all : null;
  }, [draft.zones]);
  return (
    <>
      <div className="zone-map">
        <Suspense fallback={<p className="quiet">{t("state.loading", { what: t("conditions.map") })}</p>}>
          <MapView
            ref={map}
            label={t("conditions.map_label", { n: draft.zones.length })}
            viewer={who.account ?? ""}
            areas={areas}
            centre={[127.5, 36.5]}
            zoom={7}
            fit={fit}
            onPlace={({ lat, lng }) => {
              setCentre([lng, lat]);
              setTyped(`${lat.toFixed(5)}, ${lng.toFixed(5)}`);
            }}
            simple
          />
        </Suspense>
      </div>
      <div className="map-tools">
        <button type="button" className="button" onClick={() => void draw()}>
          {t("conditions.draw")}
        </button>
        <label>
          {t("conditions.place")}
          <input value={typed} onChange={(event) => setTyped(event.target.value)} aria-invalid={wrong} aria-describedby={wrong ? problemId : undefined} />
        </label>
        <label>
          {t("conditions.radius")}
          <input type="number" min={10} max={50_000} step={10} value={radius} onChange={(event) => setRadius(Number(event.target.value))} />
        </label>
        <button type="button" className="button" onClick={addCircle}>
          {t("conditions.add_circle")}
        </button>
      </div>
      {wrong && (
        <p className="problem" role="alert" id={problemId}>
          {t("conditions.no_place")}
        </p>
      )}
      <p className="quiet">{t("conditions.hint")}</p>
    </>
  );
}

function ZoneList({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const { t } = useTranslation("legal");
  const set = (id: string, fields: Partial<DraftZone>) =>
    change({ ...draft, zones: draft.zones.map((one) => (one.id === id ? { ...one, ...fields } : one)) });
  return (
    <ul className="zones">
      {draft.zones.map((one) => (
        <li key={one.id} data-zone={one.id}>
          <b>{one.id}</b>
          <label>
            {t("conditions.buffer")}
            <input type="number" min={0} max={50_000} step={10} value={one.bufferM} onChange={(event) => set(one.id, { bufferM: Number(event.target.value) })} />
          </label>
          <label>
            {t("conditions.police_m")}
            <input type="number" min={0} max={50_000} step={10} value={one.policeM} onChange={(event) => set(one.id, { policeM: Number(event.target.value) })} />
          </label>
          <button type="button" className="button small" onClick={() => change({ ...draft, zones: draft.zones.filter((each) => each.id !== one.id) })}>
            {t("conditions.remove")}
          </button>
        </li>
      ))}
    </ul>
  );
}
