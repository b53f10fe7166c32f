// Places of a protected person that he may not enter: which count now, and changing them. What changes counts at once for
// every measure of the case, and whoever must be told of it gets a duty.
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { degrees } from "../kit/api";
import { useLoaded } from "../kit/load";
import { type CaseAnswer, changePlaces, type PlaceVersion, placeVersions, type Zone } from "./asks";
import { ZoneMap } from "./conditions";
import { type Draft, type DraftZone, newDraft } from "./draft";
import { HeldBack, LoadedView, Moment, Refused, Rows, useDeed, useHeldBack, useRight } from "./parts";
import { placesOf, replacedOf } from "./place-set";

export function Places({ answer, changed }: { answer: CaseAnswer; changed: () => void }) {
  const { t } = useTranslation("legal");
  const closed = Number(answer.case_record?.closed_at_us ?? 0) > 0;
  return (
    <>
      <h3>{t("places.title")}</h3>
      <div className="columns-2">
        {(answer.case_record?.protected_ids ?? []).map((her) => (
          <PlacesOf key={her} answer={answer} her={her} closed={closed} changed={changed} />
        ))}
      </div>
      <Before caseId={answer.case_record?.id ?? ""} />
    </>
  );
}

function PlacesOf({ answer, her, closed, changed }: { answer: CaseAnswer; her: string; closed: boolean; changed: () => void }) {
  const { t } = useTranslation("legal");
  const right = useRight("run_case");
  const now = placesOf(answer, her);
  const name = answer.persons?.find((person) => person.id === her)?.name;
  return (
    <section className="card" data-places={her}>
      <h3>
        {name || her} {name && <small className="quiet">{her}</small>}
      </h3>
      {now.version > 0 && (
        <p>
          <span className="chip">{t("places.version", { n: now.version })}</span> <Moment us={now.sinceUs} />
        </p>
      )}
      <ul className="lines">
        {now.zones.map((zone) => (
          <li key={zone.id} data-place={zone.id}>
            <b>{zone.id}</b> <ZoneText zone={zone} />
          </li>
        ))}
        {now.zones.length === 0 && <li className="quiet">{t("places.none")}</li>}
      </ul>
      {right && !closed && <Change key={now.version} answer={answer} her={her} zones={now.zones} changed={changed} />}
    </section>
  );
}

// Every version, asked for only when somebody opens it: each look is recorded.
function Before({ caseId }: { caseId: string }) {
  const { t } = useTranslation("legal");
  const [open, setOpen] = useState(false);
  const loaded = useLoaded(open ? `places/${caseId}` : null, () => placeVersions(caseId));
  return (
    <details className="card" data-places-before open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("places.before")}</summary>
      {open && (
        <LoadedView what={t("places.before")} loaded={loaded}>
          {(versions) => (versions.length === 0 ? <p className="quiet">{t("places.none")}</p> : <Versions versions={versions} />)}
        </LoadedView>
      )}
    </details>
  );
}

function Versions({ versions }: { versions: readonly PlaceVersion[] }) {
  const { t } = useTranslation("legal");
  return (
    <Rows title={t("places.before")} head={["who", "under", "since", "until", "places"].map((name) => t(`places.column.${name}`))}>
      {versions.map((one) => (
        <tr key={`${one.protected_id} ${one.order_id} ${one.since_us} ${one.version}`}>
          <td>{one.protected_id}</td>
          <td>{t(one.order_id ? "places.under_order" : "places.by_police", { order: one.order_id, n: one.version })}</td>
          <td>
            <Moment us={one.since_us} />
          </td>
          <td>{Number(one.until_us ?? 0) === 0 ? t("places.now") : <Moment us={one.until_us} />}</td>
          <td>
            {(one.zones ?? []).map((zone) => (
              <div key={zone.id}>
                <b>{zone.id}</b> <ZoneText zone={zone} />
              </div>
            ))}
          </td>
        </tr>
      ))}
    </Rows>
  );
}

function ZoneText({ zone }: { zone: Zone }) {
  const { t } = useTranslation("legal");
  const { circle, polygon } = zone.shape ?? {};
  if (circle?.centre) {
    const place = `${degrees(circle.centre.lat_e7).toFixed(4)}, ${degrees(circle.centre.lng_e7).toFixed(4)}`;
    return <small className="quiet">{t("places.circle", { place, m: Math.round((circle.radius_mm ?? 0) / 1000) })}</small>;
  }
  return <small className="quiet">{t("places.corners", { n: polygon?.outer?.corners?.length ?? 0 })}</small>;
}

// The zones that count are on the map from the start; taking one off it gives it up.
function Change({ answer, her, zones, changed }: { answer: CaseAnswer; her: string; zones: readonly Zone[]; changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("run_case");
  const [open, setOpen] = useState(false);
  const known = useMemo(() => zones.map((zone): DraftZone => ({ id: zone.id ?? "", known: true, zone, bufferM: 0, policeM: 0 })), [zones]);
  const [draft, setDraft] = useState<Draft>(() => ({ ...newDraft(her, { conditions: [] }, []), zones: known }));
  const [instead, setInstead] = useState<Record<string, string>>({});
  const { busy, refused, run } = useDeed(changed);
  const places = replacedOf(zones.map((zone) => zone.id ?? ""), draft.zones, instead);
  const gone = zones.filter((zone) => !draft.zones.some((one) => one.id === zone.id));
  const drop = (id: string) => setDraft({ ...draft, zones: draft.zones.filter((one) => one.id !== id) });
  const send = () =>
    void run(() =>
      changePlaces(answer.case_record?.id ?? "", {
        protected_id: her, places, zones: draft.zones.filter((one) => !one.known).map((one) => one.zone),
      }),
    );
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("places.change")}</summary>
      {open && (
        <div className="form">
          <ZoneMap draft={draft} change={setDraft} />
          <ul className="zones">
            {draft.zones.map((one) => (
              <li key={one.id} data-zone={one.id}>
                <b>{one.id}</b>
                {!one.known && (
                  <label>
                    {t("places.instead")}
                    <select value={instead[one.id] ?? ""} onChange={(event) => setInstead({ ...instead, [one.id]: event.target.value })}>
                      <option value="">{t("places.one_more")}</option>
                      {gone.map((zone) => (
                        <option key={zone.id} value={zone.id}>
                          {zone.id}
                        </option>
                      ))}
                    </select>
                  </label>
                )}
                <button type="button" className="button small" onClick={() => drop(one.id)}>
                  {t(one.known ? "places.not_hers" : "conditions.remove")}
                </button>
              </li>
            ))}
          </ul>
          <p role="status">{places.length > 0 ? t("places.effect", summary(places)) : t("places.nothing")}</p>
          <Refused failure={refused} />
          <HeldBack why={held} />
          <button type="button" className="button primary" disabled={busy || held !== null || places.length === 0} onClick={send}>
            {t("places.send")}
          </button>
        </div>
      )}
    </details>
  );
}

function summary(places: ReturnType<typeof replacedOf>): { more: number; instead: number; gone: number } {
  return {
    more: places.filter((one) => !one.old_zone_id).length,
    instead: places.filter((one) => one.old_zone_id && one.new_zone_id).length,
    gone: places.filter((one) => !one.new_zone_id).length,
  };
}
