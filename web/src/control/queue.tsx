// The alert queue: only the rows in sight are in the page, the order changes at most twice a second and never
// under a hand that is choosing, and an alert counts as shown when its row really is on the screen.
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Alert, HandOff } from "../kit/api";
import { Empty, Severity, Stopwatch } from "../kit/chrome";
import { clockTime, distance } from "../kit/format";
import type { PictureStore } from "../kit/picture-store";
import { useLink, useLive } from "../kit/surface";
import { useDesk, useDeskState, useSlowPicture } from "./desk";
import { useFlood } from "./hooks";
import { bare } from "./parts";
import { usePress } from "./press";
import {
  count,
  type GroupRow,
  isNew,
  keepOrder,
  lastEndedMs,
  levelOfAlert,
  makeRows,
  openedMs,
  type Row,
  rings,
  TABS,
} from "./queue-model";
import { latestProximity } from "./proximity";
import { Watchlist } from "./watchlist";

const ROW_PX = 68;
const ROW_PX_FLOOD = 54;
const HOLD_MS = 4000; // after the last move of a hand over the list
const NEW_MS = 2000;

export function Queue() {
  const { t } = useTranslation();
  const { who } = useLive();
  const desk = useDesk();
  const { tab } = useDeskState();
  const picture = useSlowPicture();
  const link = useLink();
  const counts = count(picture.alerts.values(), who.account ?? "");
  return (
    <section
      className={`queue ${link.state === "lost" ? "frozen" : ""}`}
      id="panel-1"
      tabIndex={-1}
      aria-label={t("queue.title")}
    >
      <div className="panel-head">
        <h2>{t("queue.title")}</h2>
        <span className={counts.new > 0 ? "problem" : "quiet"}>{t("queue.new", { n: counts.new })}</span>
      </div>
      <div role="tablist" aria-label={t("queue.tabs")} className="tabs">
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            aria-controls="queue-list"
            onClick={() => desk.set({ tab: name })}
            tabIndex={tab === name ? 0 : -1}
            onKeyDown={(event) => {
              const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
              if (step === 0) return;
              const to = TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length] ?? "all";
              desk.set({ tab: to });
              document.getElementById(`tab-${to}`)?.focus();
            }}
          >
            {t(`queue.tab.${name}`)} <b className="number">{counts[name]}</b>
          </button>
        ))}
      </div>
      <FloodBanner critical={counts.critical} />
      <List picture={picture} />
    </section>
  );
}

function FloodBanner({ critical }: { critical: number }) {
  const { t } = useTranslation();
  const { flood, lately } = useFlood();
  if (!flood) return null;
  return (
    <p className="flood" role="status">
      <strong>{t("flood.title", { n: lately })}</strong> {t("flood.advice", { n: critical })}
    </p>
  );
}

function useHeld(): { held: () => boolean; touch: () => void } {
  const at = useRef(0);
  return useMemo(
    () => ({
      held: () => performance.now() - at.current < HOLD_MS && at.current > 0,
      touch: () => {
        at.current = performance.now();
      },
    }),
    [],
  );
}

function List({ picture }: { picture: PictureStore }) {
  const { t } = useTranslation();
  const { who } = useLive();
  const desk = useDesk();
  const { tab, opened, alertId } = useDeskState();
  const { flood } = useFlood();
  const hand = useHeld();
  const shown = useRef<{ tab: string; rows: Row[] }>({ tab: "", rows: [] });
  const scroller = useRef<HTMLDivElement>(null);
  const [, settle] = useState(0);

  const fresh = makeRows(picture.alerts.values(), {
    tab,
    me: who.account ?? "",
    flood,
    opened,
    selected: alertId,
  });
  const held = hand.held() && shown.current.tab === tab;
  const rows = held ? keepOrder(shown.current.rows, fresh) : fresh;
  shown.current = { tab, rows };
  desk.rows = rows;
  const folded = rows.filter((row) => row.type === "group" && !row.open);
  const moved = held && rows.some((row, i) => row.key !== fresh[i]?.key);
  useEffect(() => {
    if (!moved) return;
    const timer = setInterval(() => !hand.held() && settle((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, [moved, hand]);

  const handOffs = mainHandOffs(picture);
  const size = flood ? ROW_PX_FLOOD : ROW_PX;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    overscan: 4,
    getItemKey: (i) => rows[i]?.key ?? i,
  });
  useEffect(() => virtual.measure(), [size, virtual]);
  const at = rows.findIndex((row) => row.key === alertId);
  useEffect(() => {
    if (at < 0 || inSight(virtual, at, size)) return;
    virtual.scrollToIndex(at, { align: "auto" });
    // only when another alert is chosen: the list must not run after a row
  }, [alertId]);
  const press = usePress((key) => {
    const row = desk.rows.find((one) => one.key === key);
    if (row?.type === "group") desk.toggleGroup(row.key);
    else if (row) desk.open(row.key);
  });

  return (
    <div className="queue-body">
      {rows.some((row) => row.type === "group") && (
        <button
          type="button"
          className="link unfold"
          onClick={() =>
            desk.set({
              opened:
                folded.length > 0
                  ? new Set(rows.filter((row) => row.type === "group").map((row) => row.key))
                  : new Set(),
            })
          }
        >
          {folded.length > 0 ? t("queue.unfold_all", { n: folded.length }) : t("queue.fold_all")}
        </button>
      )}
      {moved && (
        <button
          type="button"
          className="button small resort"
          onClick={() => {
            shown.current = { tab: "", rows: [] };
            settle((n) => n + 1);
          }}
        >
          {t("queue.resort")}
        </button>
      )}
      <div
        ref={scroller}
        id="queue-list"
        className="queue-list"
        role="listbox"
        tabIndex={0}
        aria-label={t("queue.list")}
        aria-activedescendant={at >= 0 ? `row-${alertId}` : undefined}
        onPointerMove={hand.touch}
        onPointerDown={(event) => {
          hand.touch();
          press.down(event);
        }}
        onClick={press.click}
        onKeyDown={hand.touch}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const place = { top: item.start, height: item.size, n: item.index + 1, of: rows.length };
            return row.type === "group" ? (
              <Group key={item.key} row={row} {...place} />
            ) : (
              <AlertItem
                key={item.key}
                alert={row.alert}
                {...place}
                selected={row.key === alertId}
                handOff={handOffs.get(row.alert.incident_id ?? "")}
                root={scroller}
                apart={
                  row.alert.protected_id ? (latestProximity(row.alert, picture, [])?.distanceM ?? null) : null
                }
              />
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <Nothing picture={picture} tab={tab} />}
    </div>
  );
}

function Nothing({ picture, tab }: { picture: PictureStore; tab: string }) {
  const { t } = useTranslation();
  if (!picture.loaded) return <Empty title={t("state.loading", { what: t("queue.title") })} />;
  if (tab !== "all") return <Empty title={t(`queue.empty.${tab}`)} />;
  const last = lastEndedMs(picture.alerts.values());
  return (
    <>
      <Empty title={t("queue.empty.all")}>
        <p>{last > 0 ? t("queue.last", { time: clockTime(last) }) : t("queue.no_last")}</p>
      </Empty>
      <Watchlist />
    </>
  );
}

// Known from the numbers alone: to ask the browser would make it lay the whole page out at once.
function inSight(virtual: Virtualizer<HTMLDivElement, Element>, at: number, size: number): boolean {
  const from = virtual.scrollOffset ?? 0;
  return at * size >= from && (at + 1) * size <= from + (virtual.scrollRect?.height ?? 0);
}

// The first hand-off of each incident that asks for help.
function mainHandOffs(picture: PictureStore): Map<string, HandOff> {
  const out = new Map<string, HandOff>();
  for (const handOff of picture.handOffs.values()) {
    const id = handOff.incident_id ?? "";
    if (!handOff.informative && !out.has(id)) out.set(id, handOff);
  }
  return out;
}

// Numbers, not objects: a row that has not changed is not drawn again.
interface Placed {
  top: number;
  height: number;
  n: number;
  of: number;
}

const styleOf = ({ top, height }: Placed) => ({ transform: `translateY(${top}px)`, height });

function Group({ row, ...placed }: { row: GroupRow } & Placed) {
  const { t } = useTranslation();
  const { n, of } = placed;
  return (
    <div
      role="option"
      aria-selected={false}
      aria-setsize={of}
      aria-posinset={n}
      style={styleOf(placed)}
      className={`row group edge${row.level}`}
      data-row={row.key}
      data-group={row.kind}
    >
      <span className="row-badge">
        <Severity code={row.level} compact />
      </span>
      <span className="row-text">
        <b>
          {t("queue.group", { kind: t(`kit:alert_kind.${bare(row.kind, "ALERT_KIND_")}`), n: row.count })}
        </b>
        <span className="quiet">{row.open ? t("queue.fold") : t("queue.unfold", { n: row.fresh })}</span>
      </span>
      <Stopwatch sinceMs={row.openedAtMs} />
    </div>
  );
}

interface ItemProps extends Placed {
  alert: Alert;
  selected: boolean;
  handOff: HandOff | undefined;
  apart: number | null; // the server's distance in metres
  root: React.RefObject<HTMLDivElement | null>;
}

const AlertItem = memo(function AlertItem({ alert, selected, handOff, apart, root, ...placed }: ItemProps) {
  const { t } = useTranslation();
  const { n, of } = placed;
  const id = alert.id ?? "";
  const ref = useRef<HTMLDivElement>(null);
  useShown(alert, ref, root);
  const [young, setYoung] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setYoung(false), NEW_MS);
    return () => clearTimeout(timer);
  }, []);
  const state = bare(alert.handling, "ALERT_HANDLING_") || "NEW";
  return (
    <div
      ref={ref}
      id={`row-${id}`}
      role="option"
      aria-selected={selected}
      aria-setsize={of}
      aria-posinset={n}
      style={styleOf(placed)}
      data-row={id}
      data-alert={id}
      className={`row edge${levelOfAlert(alert)} ${selected ? "selected" : ""} ${rings(alert) ? "rings" : ""} ${young ? "young" : ""}`}
      onDoubleClick={() => document.getElementById("panel-3")?.focus()}
    >
      <span className="row-badge">
        <Severity code={alert.code} compact />
      </span>
      <span className="row-text">
        <b>
          {t(`kit:alert_kind.${bare(alert.kind, "ALERT_KIND_")}`)}
          {alert.state === "ALERT_STATE_UNKNOWN" && (
            <span className="problem"> · {t("kit:alert_state.UNKNOWN")}</span>
          )}
          {alert.state === "ALERT_STATE_CLEARED" && (
            <span className="quiet"> · {t("kit:alert_state.CLEARED")}</span>
          )}
        </b>
        <span className="quiet">
          {apart !== null && <b className="number">{distance(apart)} · </b>}
          {alert.wearer_id}
          {alert.protected_id && ` → ${alert.protected_id}`}
          {(alert.devices ?? 0) > 0 && t("queue.outage", { n: alert.devices, uncovered: alert.uncovered_ids?.length ?? 0 })}
          {alert.carrier && ` · ${alert.carrier}`}
          {handOff && ` · 112 ${t(`kit:hand_off_state.${bare(handOff.state, "HAND_OFF_STATE_")}`)}`}
        </span>
      </span>
      <span className="row-side">
        <Stopwatch sinceMs={openedMs(alert)} />
        <span className={isNew(alert) ? "problem" : "quiet"}>
          {t(`kit:handling.${state}`)}
          {(alert.escalation ?? 0) > 0 && isNew(alert) && ` ▲${alert.escalation}`}
        </span>
      </span>
    </div>
  );
});

const said = new Set<string>();

// "Shown" means that a row was in sight on a visible page and painted, nothing less: the ledger counts on it.
function useShown(
  alert: Alert,
  ref: React.RefObject<HTMLDivElement | null>,
  root: React.RefObject<HTMLDivElement | null>,
): void {
  const { socket, picture } = useLive();
  const link = useLink();
  const id = alert.id ?? "";
  useEffect(() => {
    const row = ref.current;
    const known = Number(picture.alerts.get(id)?.ledger.shown_control_at_us ?? 0) !== 0;
    if (!row || !id || said.has(id) || known || link.state !== "live") return;
    let seen = false;
    const tell = () => {
      if (!seen || document.visibilityState !== "visible" || said.has(id)) return;
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (said.has(id) || socket.link.state !== "live") return;
          said.add(id);
          socket.shown({ alert_id: id });
        }),
      );
    };
    const watch = new IntersectionObserver(
      (entries) => {
        seen = entries.some((entry) => entry.isIntersecting);
        tell();
      },
      { root: root.current, threshold: 0.6 },
    );
    watch.observe(row);
    document.addEventListener("visibilitychange", tell);
    return () => {
      watch.disconnect();
      document.removeEventListener("visibilitychange", tell);
    };
  }, [id, link.state, picture, ref, root, socket]);
}
