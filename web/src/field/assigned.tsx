// On a call: how far and where, how much of that still holds, the map, the other units, and the next step.
import { useCallback, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Call } from "../kit/api";
import { Age, Severity } from "../kit/chrome";
import { msOf, serverNowMs } from "../kit/clock";
import { distance, wind } from "../kit/format";
import type { Approach } from "../kit/picture-store";
import { useLink, useLive, useNow, usePicture } from "../kit/surface";
import type { Track } from "../kit/track-store";
import { language } from "../kit/words";
import { More, Support } from "./sheets";
import { OutboxNotes, Steps, usePhone, useSettings } from "./parts";
import type { PhoneState } from "./phone";
import { LocationNote } from "./location";
import { MapFence } from "./map-fence";
import { isLost, type Sight, sightOf, STALE_AFTER_S_DEFAULT } from "./sight";
import { type Assignment, bareStatus, type Duty, nextStep, othersOf, type Status } from "./steps";
import type { TrailBook } from "./trail";

const PROXIMITY_STALE_S = 60;
const OWN_STALE_S = 30;

export interface Person {
  id: string;
  target: "WEARER" | "PROTECTED_PERSON";
  track: Track | null;
  approach: Approach | null;
  sight: Sight;
}

export interface Own {
  lat: number;
  lng: number;
  accuracyM: number;
  courseDeg: number | null;
  old: boolean;
}

interface Props {
  duty: Duty;
  status: Status;
  unitId: string;
  callSign: string;
  trails: TrailBook;
}

export function Assigned({ duty, status, unitId, callSign, trails }: Props) {
  const { t } = useTranslation();
  const { call, mine } = duty;
  const [sheet, setSheet] = useState<"support" | "more" | null>(null);
  const { room } = useSettings();
  const { persons, own, lost } = useSights(duty, unitId);
  const main = persons[0];
  return (
    <>
      <p className="visually-hidden" role="alert" key={call.id}>
        {t("voice.assigned", { target: t(`kit:target.${main?.target ?? "WEARER"}`) })}
      </p>
      <main className="call">
        <section className="card" aria-label={t("card.label")}>
          <p className="what">
            <Severity code={call.code} compact />
            <strong>{t(`kit:alert_kind.${(call.alert_kind ?? "").replace("ALERT_KIND_", "")}`)}</strong>
            <span className="quiet number">{call.id}</span>
          </p>
          {main && main.sight.banner && main.sight.banner !== "offline" && (
            <p className="note warn" role="status">
              {t(`sight.${main.sight.banner}`, { target: t(`kit:target.${main.target}`) })}
            </p>
          )}
          {persons.map((person, n) => (
            <SightLine key={person.id} person={person} main={n === 0} lost={lost} />
          ))}
          <Pair call={call} lost={lost} placesOld={persons.some((person) => person.sight.personOld)} />
          <Sentence call={call} />
        </section>
        <section className="map-pane" aria-label={t("map.title")}>
          <MapFence pane={{ persons, own, call, lost, trails, callSign }} />
        </section>
        <Others call={call} unitId={unitId} />
      </main>
      <footer className="foot">
        <LocationNote />
        <OutboxNotes />
        <div className="secondary">
          <button type="button" className="button" onClick={() => setSheet("support")}>
            {t("support.button")}
          </button>
          <a className="button" href={`tel:${room}`}>
            {t("call_room")}
          </a>
          <button type="button" className="button" onClick={() => setSheet("more")}>
            {t("more.button")}
          </button>
        </div>
        <Steps step={nextStep(status)} callId={call.id ?? ""} waitFor={<p className="note" role="status">{t("cleared_waits")}</p>} />
      </footer>
      {sheet === "support" && <Support call={call} callSign={callSign} status={status} onClose={() => setSheet(null)} />}
      {sheet === "more" && <More call={call} mine={mine} status={status} onClose={() => setSheet(null)} />}
    </>
  );
}

// Newest places as they come; and once a second, because they get older.
function useTracks() {
  const { tracks } = usePicture();
  const subscribe = useCallback((listener: () => void) => tracks.subscribe(listener), [tracks]);
  useSyncExternalStore(subscribe, () => tracks.version);
  useNow(1000);
  return tracks;
}

function useSights({ call, mine }: Duty, unitId: string): { persons: Person[]; own: Own | null; lost: boolean } {
  const picture = usePicture();
  const tracks = useTracks();
  const link = useLink();
  const state = usePhone();
  const lost = isLost(link, Date.now());
  const targetOf = (id: string) => (id === call.protected_id ? ("PROTECTED_PERSON" as const) : ("WEARER" as const));
  const first = mine.person_id || (mine.target === "TARGET_PROTECTED_PERSON" ? call.protected_id : call.wearer_id) || "";
  const ids = [first, call.wearer_id ?? ""].filter((id, n, all) => id !== "" && all.indexOf(id) === n);
  const unit = tracks.track(unitId);
  const persons = ids.map((id): Person => {
    const track = tracks.track(id);
    const approach = picture.approaches.get(id) ?? null;
    const told = call.destinations?.find((to) => to.person_id === id);
    const personFixedAtMs = track?.fixedAtMs ?? (approach ? msOf(approach.person_fixed_at_us) : told?.place ? msOf(told.fixed_at_us) : null);
    const sight = sightOf({
      lost,
      serverNowMs: serverNowMs(),
      personFixedAtMs,
      personStaleAfterS: track?.staleAfterS ?? STALE_AFTER_S_DEFAULT,
      ownFixedAtMs: approach ? msOf(approach.unit_fixed_at_us) : (unit?.fixedAtMs ?? null),
      ownStaleAfterS: unit?.staleAfterS ?? STALE_AFTER_S_DEFAULT,
      hasDistance: approach !== null,
    });
    return { id, target: targetOf(id), track, approach, sight };
  });
  return { persons, own: ownPlace(state, unit), lost };
}

// What this device knows of itself is newer than what the server has of its car.
function ownPlace(state: PhoneState, unit: Track | null): Own | null {
  const { fix } = state;
  if (fix && state.location === "on") {
    const old = Date.now() - fix.fixedAtMs > OWN_STALE_S * 1000;
    return { lat: fix.lat, lng: fix.lng, accuracyM: fix.accuracyM, courseDeg: fix.courseDeg, old };
  }
  if (!unit) return null;
  const old = serverNowMs() - unit.fixedAtMs > (unit.staleAfterS || STALE_AFTER_S_DEFAULT) * 1000;
  return { lat: unit.lat, lng: unit.lng, accuracyM: unit.accuracyM, courseDeg: unit.courseDeg, old };
}

function SightLine({ person, main, lost }: { person: Person; main: boolean; lost: boolean }) {
  const { t } = useTranslation();
  const { approach, sight, target } = person;
  useNow(1000);
  const who = t(`kit:target.${target}`);
  if (!approach) {
    return (
      <div className={main ? "sight main" : "sight"}>
        <p className="line">
          <span className="who">{who}</span> <b>{t("sight.unknown")}</b>
        </p>
        {person.track && (
          <p className="sub">
            <Age atMs={person.track.fixedAtMs} staleAfterS={person.track.staleAfterS} prefix={`${t("sight.place")} `} />
          </p>
        )}
      </div>
    );
  }
  const deg = approach.direction_deg ?? 0;
  const trend = sight.distanceOld ? "UNKNOWN" : (approach.trend ?? "").replace("TREND_", "").replace("UNSPECIFIED", "") || "UNKNOWN";
  const eta = approach.eta_s ?? 0;
  return (
    <div className={`sight${main ? " main" : ""}${sight.distanceOld ? " old" : ""}`} data-distance={approach.distance_m ?? 0}>
      <Arrow deg={deg} />
      <p className="line">
        <span className="who">{who}</span> <b className="number">{distance(approach.distance_m ?? 0)}</b>{" "}
        <span className="wind">{t("sight.side", { wind: wind(deg) })}</span>
        <span className="visually-hidden"> {t("sight.deg", { deg })}</span>
      </p>
      <p className="sub">
        <Age atMs={msOf(approach.person_fixed_at_us)} staleAfterS={lost ? 1 : person.track?.staleAfterS || STALE_AFTER_S_DEFAULT} />
        <span>{approach.accuracy_m ? t("sight.error", { m: approach.accuracy_m }) : t("sight.error_unsaid")}</span>
        <Trend trend={trend} />
        {eta > 0 && !sight.distanceOld && <span>{t("sight.eta", { n: Math.max(1, Math.round(eta / 60)) })}</span>}
        {sight.banner === "own_old" && <Age atMs={msOf(approach.unit_fixed_at_us)} prefix={`${t("sight.own")} `} staleAfterS={1} />}
      </p>
    </div>
  );
}

// What cannot be told must not look like standing still.
function Trend({ trend }: { trend: string }) {
  const { t } = useTranslation();
  return <span className={`trend trend-${trend}`}>{t(trend === "UNKNOWN" ? "trend_unknown" : `kit:trend.${trend}`)}</span>;
}

function Arrow({ deg }: { deg: number }) {
  return (
    <svg className="arrow" viewBox="-16 -16 32 32" aria-hidden="true">
      <circle r="15" />
      <path d="M0-12 8 9 0 4-8 9z" transform={`rotate(${deg})`} />
    </svg>
  );
}

// Between the two persons, as the server measured it for the call.
function Pair({ call, lost, placesOld }: { call: Call; lost: boolean; placesOld: boolean }) {
  const { t } = useTranslation();
  useNow(1000);
  const told = call.proximity;
  if (!told?.at_us || !call.protected_id) return null;
  const atMs = msOf(told.at_us);
  const old = lost || placesOld || serverNowMs() - atMs > PROXIMITY_STALE_S * 1000;
  const closing = told.closing_mmps ?? 0;
  const trend = old || !told.closing_known ? "UNKNOWN" : closing > 0 ? "APPROACHING" : closing < 0 ? "RECEDING" : "STEADY";
  return (
    <div className={old ? "sight pair old" : "sight pair"}>
      <p className="line">
        <span className="who">{t("pair.between")}</span> <b className="number">{distance(Number(told.distance_mm ?? 0) / 1000)}</b>{" "}
        {trend !== "UNKNOWN" && <Trend trend={trend} />}
      </p>
      <p className="sub">
        {trend === "UNKNOWN" && <Trend trend={trend} />}
        <Age atMs={atMs} staleAfterS={old ? 1 : PROXIMITY_STALE_S} />
        {told.sigma_mm ? <span>{t("sight.error", { m: Math.max(1, Math.round(told.sigma_mm / 1000)) })}</span> : null}
      </p>
    </div>
  );
}

export const sentenceOf = (call: Call): string => (language() === "ko" ? call.sentence_ko : call.sentence_en) ?? "";

// As it was when the control centre last told; the numbers above are newer.
function Sentence({ call }: { call: Call }) {
  const { t } = useTranslation();
  const sentence = sentenceOf(call);
  if (!sentence) return null;
  return (
    <p className="safety">
      <strong>{t("told")}</strong> {sentence}
    </p>
  );
}

function Others({ call, unitId }: { call: Call; unitId: string }) {
  const { t } = useTranslation();
  const others = othersOf(call, unitId);
  return (
    <div className="others">
      <h2 className="visually-hidden">{t("others.title")}</h2>
      {others.length === 0 && <p className="quiet">{t("others.none")}</p>}
      <ul>
        {others.map((each) => (
          <li key={each.unit_id}>
            <Other one={each} />
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Other({ one }: { one: Assignment }) {
  const { t } = useTranslation();
  const { picture } = useLive();
  const name = picture.units.get(one.unit_id ?? "")?.unit?.call_sign || one.unit_id;
  return (
    <>
      <strong>{name}</strong> → {t(`kit:target.${(one.target ?? "").replace("TARGET_", "")}`)}{" "}
      <span className="chip">{t(`kit:unit_status.${bareStatus(one.status) ?? "ASSIGNED"}`)}</span>
      {(one.eta_s ?? 0) > 0 && <span className="quiet"> {t("sight.eta", { n: Math.max(1, Math.round((one.eta_s ?? 0) / 60)) })}</span>}
    </>
  );
}
