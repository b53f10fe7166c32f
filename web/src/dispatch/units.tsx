// The board of units: who is free, who is busy with what, how old each one's place is; choose one, send it, set its status.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Age, Empty } from "../kit/chrome";
import { useLink, useNow, usePicture } from "../kit/surface";
import { type Target, useDesk, useDeskState } from "./desk";
import { bare, errandsOf, groupOf, isActive, isClosed, nextStatuses, UNIT_FILTERS, type UnitFilter, unitsOf, us } from "./model";
import { Key } from "./parts";
import type { UnitLive, UnitStatus } from "./types";

export function Units() {
  const { t } = useTranslation();
  const picture = usePicture();
  useNow(1000); // places change without a change of the picture
  const [filter, setFilter] = useState<UnitFilter>("all");
  const [text, setText] = useState("");
  const all = [...picture.units.values()];
  const rows = unitsOf(all, filter, text);
  return (
    <section className="units panel" id="panel-3" tabIndex={-1} aria-label={t("units.title")}>
      <header className="panel-head">
        <h2>{t("units.title")} <Key name="U" /></h2>
        <input
          id="unit-filter" type="search" className="unit-filter" value={text} placeholder={t("units.filter")} aria-label={t("units.filter")}
          onChange={(event) => setText(event.target.value)}
        />
      </header>
      <div className="segments" role="group" aria-label={t("units.which")}>
        {UNIT_FILTERS.map((name) => (
          <button key={name} type="button" className="button small" aria-pressed={filter === name} onClick={() => setFilter(name)}>
            {t(`units.group.${name}`)} <b className="number">{unitsOf(all, name, "").length}</b>
          </button>
        ))}
      </div>
      <div className="scroll">
        {!picture.loaded ? (
          <p className="empty" role="status">{t("units.loading")}</p>
        ) : rows.length === 0 ? (
          <Empty title={all.length === 0 ? t("units.none") : t("units.none_such")}>
            {all.length === 0 && <p>{t("units.none_why")}</p>}
          </Empty>
        ) : (
          <ul className="unit-list">
            {rows.map((unit) => (
              <UnitRow key={unit.unit?.id} live={unit} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function UnitRow({ live }: { live: UnitLive }) {
  const { t } = useTranslation();
  const picture = usePicture();
  const desk = useDesk();
  const { unitId, awaiting } = useDeskState();
  const id = live.unit?.id ?? "";
  const chosen = unitId === id;
  const track = picture.tracks.track(id);
  const status = bare(live.status, "UNIT_STATUS_");
  const call = live.call_id ? picture.calls.get(live.call_id) : undefined;
  return (
    <li className={`unit-row g-${groupOf(live)} ${chosen ? "chosen" : ""}`} data-unit={id}>
      <button type="button" className="unit-button" aria-pressed={chosen} onClick={() => desk.set({ unitId: chosen ? null : id, awaiting: null })}>
        <span className="unit-top">
          <strong>{desk.nameOf(id)}</strong>
          <span className={`status-chip st-${status}`}>{t(`kit:unit_status.${status}`, { defaultValue: status })}</span>
        </span>
        <span className="unit-low quiet">
          {track ? <>{t("units.place")} <Age atMs={track.fixedAtMs} staleAfterS={track.staleAfterS} /></> : t("units.no_place")}
          {call && <> · {t("units.on_call", { call: call.id ?? "", to: t(`errand.short.${bare(live.target, "TARGET_")}`, { defaultValue: "" }) })}</>}
        </span>
      </button>
      {chosen && <UnitDeeds live={live} awaiting={awaiting === "status"} />}
    </li>
  );
}

// What may be done with the chosen unit now.
function UnitDeeds({ live, awaiting }: { live: UnitLive; awaiting: boolean }) {
  const { t } = useTranslation();
  const picture = usePicture();
  const desk = useDesk();
  const link = useLink();
  const { callId, busy } = useDeskState();
  const id = live.unit?.id ?? "";
  const held = busy !== null || link.state !== "live";
  const open = callId ? picture.calls.get(callId) : undefined;
  const own = live.call_id ? picture.calls.get(live.call_id) : undefined;
  const assignment = own?.assignments?.find((one) => one.unit_id === id && isActive(one));
  const next = assignment ? nextStatuses(assignment) : [];
  const off = live.status === "UNIT_STATUS_OUT_OF_SERVICE";
  return (
    <div className="unit-deeds">
      {open && !isClosed(open) && !off && errandsOf(open).map((errand) => {
        const there = live.call_id === open.id && live.target === errand.target;
        return (
          <button key={errand.target + errand.personId} type="button" className="button small" disabled={held || there} onClick={() => void desk.send(open.id ?? "", id, errand.target as Target)}>
            {t(`units.send.${bare(errand.target, "TARGET_")}`)}
          </button>
        );
      })}
      {awaiting && <p className="quiet" role="status">{t("status.press")}</p>}
      {next.map((status) => (
        <button key={status} type="button" className="button small" disabled={held} onClick={() => void desk.status(id, own?.id ?? "", status as UnitStatus)}>
          {t(`kit:unit_status.${bare(status, "UNIT_STATUS_")}`)}
        </button>
      ))}
      {assignment && us(assignment.arrived_at_us) === 0 && (
        <button type="button" className="button small" disabled={held} onClick={() => void desk.status(id, own?.id ?? "", "UNIT_STATUS_AVAILABLE")}>
          {t("status.take_off")}
        </button>
      )}
      {!assignment && !off && (
        <button type="button" className="button small" disabled={held} onClick={() => void desk.status(id, "", "UNIT_STATUS_OUT_OF_SERVICE")}>
          {t("units.put_off")}
        </button>
      )}
      {!assignment && live.status !== "UNIT_STATUS_AVAILABLE" && (
        <button type="button" className="button small" disabled={held} onClick={() => void desk.status(id, "", "UNIT_STATUS_AVAILABLE")}>
          {t("units.put_on")}
        </button>
      )}
    </div>
  );
}
