// The map as a table: the same persons with the same filter, by keyboard, and as CSV. Only the rows in sight
// are in the page.
import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Severity } from "../kit/chrome";
import { serverNowMs } from "../kit/clock";
import { ageText, distance, speed } from "../kit/format";
import { useLive, useNow } from "../kit/surface";
import { useDesk, useDeskState } from "./desk";
import { usePlayback, useSeverityOf } from "./hooks";
import { csvOf, type Filter, FILTERS, rowsOf, type Sort, SORTS } from "./table-model";

const TableOut = lazy(() => import("./table-out"));

const ROW_PX = 34;
const COLUMNS: readonly Sort[] = SORTS;

export function TableTwin() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { personId, alertId } = useDeskState();
  const { picture } = useLive();
  const past = usePlayback();
  const severityOf = useSeverityOf();
  const tracks = past.clock ? desk.playback.tracks : picture.tracks;
  const tick = useNow(1000);
  const nowMs = past.clock ? past.clock.atMs : serverNowMs();
  const [text, setText] = useState("");
  const [filter, setFilter] = useState<Filter>("everybody");
  const [sort, setSort] = useState<Sort>("severity");
  const [down, setDown] = useState(false);
  const hand = useRef(0);
  const order = useRef<number[]>([]);
  // Under a hand the rows stay; places and ages in them go on.
  const key = `${text}|${filter}|${sort}|${down}`;
  const shownKey = useRef("");
  const rows = useMemo(() => {
    if (shownKey.current === key && performance.now() - hand.current < 4000 && order.current.length > 0) {
      return order.current.filter((row) => row < tracks.count);
    }
    shownKey.current = key;
    order.current = rowsOf(tracks, { text, filter, sort, down }, severityOf, nowMs);
    return order.current;
  }, [key, tracks, severityOf, tick, tracks.count]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const selected = personId ?? (alertId ? (picture.alerts.get(alertId)?.alert.wearer_id ?? null) : null);
  const at = rows.findIndex((row) => tracks.ids[row] === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [selected]);
  const [leaving, setLeaving] = useState(false);
  const save = () => {
    setLeaving(false);
    const csv = csvOf(tracks, rows, severityOf, nowMs);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", csv], { type: "text/csv;charset=utf-8" }));
    link.download = `tracks-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "")}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  const touch = () => {
    hand.current = performance.now();
  };
  return (
    <div className="twin">
      <div className="twin-bar">
        <label>
          {t("table.text")}
          <input type="search" value={text} onChange={(event) => setText(event.target.value)} />
        </label>
        <label>
          {t("table.filter")}
          <select value={filter} onChange={(event) => setFilter(event.target.value as Filter)}>
            {FILTERS.map((name) => (
              <option key={name} value={name}>
                {t(`table.filters.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <span role="status" className="quiet">
          {t("table.count", { n: rows.length, of: tracks.count })}
        </span>
        {leaving ? (
          <Suspense fallback={null}>
            <TableOut ids={() => rows.map((row) => tracks.ids[row] ?? "")} onTaken={save} />
          </Suspense>
        ) : (
          <button type="button" className="button small" onClick={() => setLeaving(true)} disabled={rows.length === 0}>
            {t("table.csv")}
          </button>
        )}
      </div>
      <div
        ref={scroller}
        className="twin-body"
        role="grid"
        aria-rowcount={rows.length + 1}
        aria-label={t("table.label")}
        tabIndex={0}
        onPointerMove={touch}
        onKeyDown={(event) => {
          touch();
          const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (step === 0) return;
          event.preventDefault();
          event.stopPropagation();
          const row = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
          if (row !== undefined) desk.pick(tracks.ids[row] ?? null);
        }}
      >
        <div role="row" aria-rowindex={1} className="twin-row head">
          {COLUMNS.map((name) => (
            <span
              key={name}
              role="columnheader"
              aria-sort={sort === name ? (down ? "descending" : "ascending") : "none"}
            >
              <button
                type="button"
                onClick={() => {
                  setDown(sort === name ? !down : false);
                  setSort(name);
                }}
              >
                {t(`table.column.${name}`)}{" "}
                <span aria-hidden="true">{sort === name ? (down ? "▼" : "▲") : ""}</span>
              </button>
            </span>
          ))}
        </div>
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const track = tracks.at(row);
            const severity = severityOf(track.id);
            const stale = tracks.isStale(row, nowMs);
            return (
              <div
                key={track.id}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={track.id === selected}
                className={`twin-row ${track.id === selected ? "selected" : ""}`}
                style={{ transform: `translateY(${item.start}px)`, height: item.size }}
                onClick={() => desk.pick(track.id)}
              >
                <span role="gridcell">
                  {severity === null ? t("table.no_alert") : <Severity code={severity} compact />}
                </span>
                <span role="gridcell">
                  {track.id} <span className="quiet">{t(`table.kind.${track.kind}`)}</span>
                </span>
                <span role="gridcell" className={stale ? "stale" : undefined}>
                  {ageText(nowMs - track.fixedAtMs, track.fixedAtMs)} {stale && t("kit:age.stale")}
                </span>
                <span role="gridcell" className="number">
                  {track.accuracyM > 0 ? t("proximity.error", { d: distance(track.accuracyM) }) : "–"}
                </span>
                <span role="gridcell" className="number">
                  {track.batteryPercent === null ? "–" : t("device.percent", { n: track.batteryPercent })}
                </span>
                <span role="gridcell" className="number">
                  {track.speedMps === null ? "–" : speed(track.speedMps)}
                </span>
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <p className="empty">{t("table.empty")}</p>}
    </div>
  );
}
