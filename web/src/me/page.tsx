// The first screen: what the server says of her surroundings, in one sentence and what to do; then distance, direction and
// trend as they were sent; then what of her phone weakens the protection.
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { View } from "../kit/api";
import { Age } from "../kit/chrome";
import { msOf, serverNowMs } from "../kit/clock";
import { ageText, clockTime, distance, shortTime, wind } from "../kit/format";
import { useLink, useLive, useNow, usePicture } from "../kit/surface";
import type { PictureStore } from "../kit/picture-store";
import { Dial } from "./dial";
import { ended } from "./ended";
import { Troubles } from "./health";
import { phone, troublesOf } from "./phone";
import { presence } from "./presence";
import { Shell, type SosAlert, usePhone, useSos } from "./shell";
import { isBare, isOpen, kindOf, minutesToContact, numbered, ownDeviceTroubles, type Status, statusesOf } from "./status";

const Sheets = lazy(() => import("./sheets").catch(() => ({ default: Missing })));
const ConsentCard = lazy(() => import("./consent").then((part) => ({ default: part.ConsentCard }), () => ({ default: () => null })));
const Working = lazy(() => import("./working").then((part) => ({ default: part.Working }), () => ({ default: () => null })));
const MapScreen = lazy(() => import("./map-screen").catch(() => ({ default: Missing })));
const HARD_SPACE = "\u00a0"; // a number stays with its unit
const LOST_AFTER_MS = 3000;
const OWN_OLD_AFTER_MS = 120_000;

// A part that cannot be fetched must not take the first screen with it.
function Missing() {
  const { t } = useTranslation();
  return (
    <section className="card" role="alert">
      <p>{t("missing")}</p>
    </section>
  );
}

type Place = "home" | "settings" | "setup" | "consent" | "map";

export function Page() {
  const generation = useSyncExternalStore(presence.subscribe, presence.getGeneration);
  useEffect(() => () => phone.stopTelling(), []);
  return <Views key={generation} />;
}

function Views() {
  const { t } = useTranslation();
  const picture = usePicture();
  const sosAlert = useSosAlert(picture);
  const [place, setPlace] = useState<Place>("home");
  useShownMarks(picture);
  useHouseKeeping(picture);
  const hasMap = [...picture.views.values()].some((view) => view.place);
  const at: Place = place === "map" && !hasMap ? "home" : place;
  const aside =
    at === "home" ? (
      <>
        <LinkNote />
        <button type="button" className="button menu" aria-label={t("settings.title")} onClick={() => setPlace("settings")}>
          <span aria-hidden="true">☰</span>
        </button>
      </>
    ) : (
      <button type="button" className="button menu" onClick={() => setPlace("home")}>
        {t("back")}
      </button>
    );
  return (
    <Shell aside={aside} sosAlert={sosAlert}>
      {(at === "settings" || at === "setup" || at === "consent") && (
        <Suspense fallback={<p role="status">{t("kit:waiting")}</p>}>
          <Sheets key={at} at={at} onSetup={() => setPlace("setup")} onDone={() => setPlace("home")} />
        </Suspense>
      )}
      {at === "map" && (
        <Suspense fallback={<p role="status">{t("map.loading")}</p>}>
          <MapScreen views={numbered([...picture.views.values()])} />
        </Suspense>
      )}
      {at === "home" && <Home picture={picture} onMap={() => setPlace("map")} onSetup={() => setPlace("setup")} onConsent={() => setPlace("consent")} />}
    </Shell>
  );
}

function useLinkLost(): boolean {
  const link = useLink();
  const { online } = usePhone();
  useNow(1000);
  return link.state !== "live" && (!online || Date.now() - link.sinceMs >= LOST_AFTER_MS);
}

function LinkNote() {
  const { t } = useTranslation();
  const link = useLink();
  const lost = useLinkLost();
  return (
    <span className={lost ? "link-note lost" : "link-note"} data-link={link.state}>
      {t(lost ? "link_note.lost" : link.state === "live" ? "link_note.live" : "link_note.connecting")}
    </span>
  );
}

function Home(props: { picture: PictureStore; onMap: () => void; onSetup: () => void; onConsent: () => void }) {
  const { t } = useTranslation();
  const { picture } = props;
  const link = useLink();
  const linkLost = useLinkLost();
  const state = usePhone();
  const alerts = [...picture.alerts.values()].map((entry) => entry.alert);
  const views = numbered([...picture.views.values()]);
  const statuses = statusesOf({
    linkLost, loaded: picture.loaded, views: views.map(({ view }) => view), alerts, ended: ended.of(picture),
    uncovered: picture.outages.size > 0,
  });
  const [main, ...others] = statuses;
  const heardAtMs = link.heardAtMs;
  const unasked = troublesOf(state).some((trouble) => trouble.endsWith("_unasked"));
  return (
    <>
      {main && <Banner key={main.kind} status={main} heardAtMs={heardAtMs} />}
      {others.filter((each) => !each.view).map((each) => (
        <p key={each.kind} className={`strip tone-${each.tone}`}>
          <strong>{t(`state.${each.kind}.title`)}</strong> {t(`state.${each.kind}.text`)}
        </p>
      ))}
      <OwnOld views={views.map(({ view }) => view)} />
      {views.length > 0 && <Sights views={views} statuses={statuses} linkLost={linkLost} onMap={props.onMap} />}
      <Troubles own={ownDeviceTroubles(alerts)} />
      {unasked && (
        <button type="button" className="button primary wide" onClick={props.onSetup}>
          {t("setup.begin")}
        </button>
      )}
      <Suspense>{views.length === 0 && <Working />}</Suspense>
      <Suspense>
        <ConsentCard onOpen={props.onConsent} />
      </Suspense>
    </>
  );
}

export function Banner({ status, heardAtMs }: { status: Status; heardAtMs: number }) {
  const { t } = useTranslation();
  const loud = status.tone === "danger" || status.kind === "link_lost";
  return (
    <section className={`banner tone-${status.tone} state-${status.kind}`}>
      <div role={loud ? "alert" : "status"}>
        <h1>{t(`state.${status.kind}.title`)}</h1>
        <p>{t(`state.${status.kind}.text`)}</p>
      </div>
      {status.kind === "link_lost" && (
        <p>{heardAtMs ? t("state.link_lost.since", { time: clockTime(heardAtMs) }) : t("state.link_lost.never")}</p>
      )}
    </section>
  );
}

// Her own place, as old as the server has it: the distance is no better than that.
function OwnOld({ views }: { views: View[] }) {
  const { t } = useTranslation();
  useNow(5000);
  const oldest = Math.min(...views.filter((view) => !isBare(view)).map((view) => msOf(view.protected_fixed_at_us)));
  const ageMs = serverNowMs() - oldest;
  if (!Number.isFinite(ageMs) || ageMs < OWN_OLD_AFTER_MS) return null;
  return <p className="strip tone-amber">{t("own_old", { n: Math.floor(ageMs / 60_000) })}</p>;
}

interface SightsProps {
  views: { view: View; number: number }[];
  statuses: Status[];
  linkLost: boolean;
  onMap: () => void;
}

function Sights({ views, statuses, linkLost, onMap }: SightsProps) {
  const { t } = useTranslation();
  const sentence = useSentence(views, linkLost);
  const hasMap = views.some(({ view }) => view.place);
  const order = statuses.flatMap((each) => (each.view ? [each] : []));
  return (
    <section className={linkLost ? "sights old" : "sights"} aria-label={t("sights")}>
      {linkLost && <p className="last-known">{t("last_known")}</p>}
      {order.map((each) => {
        const shown = views.find(({ view }) => view.id === each.view?.id);
        return shown && <Facts key={shown.view.id} {...shown} status={each} several={views.length > 1} />;
      })}
      <Dial views={views} old={linkLost} sentence={sentence} />
      {hasMap && (
        <button type="button" className="button wide" onClick={onMap} disabled={linkLost}>
          {t("map.show")}
        </button>
      )}
    </section>
  );
}

function useSentence(views: { view: View; number: number }[], old: boolean): string {
  const { t } = useTranslation();
  useNow(60_000);
  const now = serverNowMs();
  const said = views.map(({ view, number }) => {
    if (isBare(view)) return t("dial.coming", { number });
    const fixedAtMs = msOf(view.wearer_fixed_at_us);
    const trend = view.degraded || old ? "UNKNOWN" : (view.trend ?? "").replace("TREND_", "");
    return t("dial.sentence", {
      number, distance: distance(view.distance_m ?? 0), wind: wind(view.direction_deg ?? 0),
      deg: view.direction_deg ?? 0, trend: t(`kit:trend.${trend || "UNKNOWN"}`), age: ageText(now - fixedAtMs, fixedAtMs),
    });
  });
  return said.join(" ");
}

function Facts(props: { view: View; number: number; status: Status; several: boolean }) {
  const { t } = useTranslation();
  const { view, number, status, several } = props;
  const minutes = minutesToContact(view);
  const metres = view.distance_m ?? 0;
  return (
    <div className="facts-of">
      {several && (
        <h2>
          <span className="badge">{number}</span> {t(`state.${status.kind}.title`)}
        </h2>
      )}
      {isBare(view) ? (
        <p>{t("state.coming.text")}</p>
      ) : (
        <>
          <dl className={`numbers${view.degraded ? " degraded" : ""}${minutes !== null ? " four" : ""}`}>
            <div>
              <dd>{metres === 0 ? t("within_10m") : t("about", { distance: distance(metres).replace(" ", HARD_SPACE) })}</dd>
              <dt>{t("fact.distance")}</dt>
            </div>
            <div>
              <dd>{t("side", { wind: wind(view.direction_deg ?? 0) })}</dd>
              <dt>{t("fact.direction")}</dt>
            </div>
            <div>
              <dd>{t(`kit:trend.${(view.trend ?? "").replace("TREND_", "").replace("UNSPECIFIED", "") || "UNKNOWN"}`)}</dd>
              <dt>{t("fact.trend")}</dt>
            </div>
            {minutes !== null && (
              <div>
                <dd>{minutes < 1 ? t("under_a_minute") : t("minutes", { n: minutes })}</dd>
                <dt>{t("fact.contact")}</dt>
              </div>
            )}
          </dl>
          <p className="ages">
            <Age atMs={msOf(view.wearer_fixed_at_us)} prefix={`${t("fact.wearer_at")} `} />
            <Age atMs={msOf(view.protected_fixed_at_us)} prefix={`${t("fact.own_at")} `} />
            <span>{view.accuracy_m ? t("fact.accuracy", { m: view.accuracy_m }) : t("fact.accuracy_unsaid")}</span>
          </p>
          {view.degraded && <p className="degraded-word">{t("fact.degraded", { time: shortTime(msOf(view.wearer_fixed_at_us)) })}</p>}
        </>
      )}
    </div>
  );
}

function useSosAlert(picture: PictureStore): SosAlert | null {
  const { alertId, phase } = useSos();
  const seen = useRef("");
  if (phase !== "received" || !alertId) return null;
  const entry = picture.alerts.get(alertId);
  if (!entry) return seen.current === alertId && picture.loaded ? { cleared: true, steps: [] } : null;
  seen.current = alertId;
  const { ledger } = entry;
  const steps = (["handed_off", "accepted", "assigned", "on_scene"] as const)
    .map((name) => ({ name, atMs: msOf(ledger[`${name}_at_us`]) }))
    .filter((step) => step.atMs > 0);
  return { cleared: !isOpen(entry.alert), steps };
}

const onVisibility = (tell: () => void): (() => void) => {
  document.addEventListener("visibilitychange", tell);
  return () => document.removeEventListener("visibilitychange", tell);
};

// The server learns that she has seen an alert only when she could: drawn, and nobody else's page before it.
function useShownMarks(picture: PictureStore): void {
  const { socket } = useLive();
  const link = useLink();
  const told = useRef(new Set<string>());
  useSyncExternalStore(onVisibility, () => document.hidden); // what came while it was hidden is told when it is not
  useEffect(() => {
    if (link.state !== "live") return;
    const open = [...picture.alerts.values()].map((entry) => entry.alert).filter(isOpen);
    const fresh = open.flatMap((alert) => (alert.id && !told.current.has(alert.id) ? [alert.id] : []));
    if (fresh.length === 0 || !presence.isSeen()) return;
    const frame = requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (!presence.isSeen()) return;
        for (const id of fresh) {
          if (told.current.has(id)) continue;
          told.current.add(id);
          socket.shown({ alert_id: id });
        }
      }),
    );
    return () => cancelAnimationFrame(frame);
  });
}

function useHouseKeeping(picture: PictureStore): void {
  const state = useSos();
  useEffect(() => {
    phone.near = picture.views.size > 0 || state.phase !== "idle";
    // What is over is forgotten at once, but for her own call for help.
    for (const [id, { alert }] of picture.alerts) if (!isOpen(alert) && kindOf(alert) !== "SOS") picture.alerts.delete(id);
  });
}
