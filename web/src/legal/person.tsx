// One person for one officer: orders in force, steps that wait, past alerts, devices, who supervises and with how many
// others, contacts with reasons and outcomes.
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { msOf, serverNowMs } from "../kit/clock";
import { dateTime } from "../kit/format";
import { bare, type LegalMeasure, type RiskView, risk } from "./asks";
import { Bar } from "./charts";
import { Conditions } from "./conditions-list";
import { Consents } from "./consents";
import { DutyTable } from "./duties";
import { OneLink } from "./links";
import { useCases } from "./news";
import { PastAlerts } from "./past-alerts";
import { useKindName } from "./names";
import { CaseLinkTo, Due, Fact, Facts, LoadedView, Moment, PersonLink, Stage, useRight } from "./parts";
import { Supervise } from "./supervise";
import { addressOf } from "./where";

const EVERY_MS = 10_000; // devices and alerts

export function PersonPage({ id }: { id: string }) {
  const { t } = useTranslation("legal");
  const loaded = useCases(`risk/${id}`, () => risk(id), { everyMs: EVERY_MS });
  return (
    <section aria-label={t("person.title")}>
      <LoadedView what={t("person.title")} loaded={loaded}>
        {(view) => <One view={view} changed={loaded.reload} />}
      </LoadedView>
    </section>
  );
}

function One({ view, changed }: { view: RiskView; changed: () => void }) {
  const { t } = useTranslation("legal");
  return (
    <>
      <div className="page-head">
        <h2>
          {view.person?.name || view.person_id} <small className="quiet">{view.person_id}</small>
        </h2>
        <span className="chip">{t(`role.${bare(view.role, "ROLE_")}`)}</span>
      </div>
      <p className="quiet">{t("as_of", { time: dateTime(msOf(view.as_of_us)) })}</p>
      <Standings view={view} />
      {view.no_order_names_a_protected_person && (
        <p className="warning" role="alert">
          <b>{t("person.gap_title")}</b> {t("person.gap")}
        </p>
      )}
      {(view.links ?? []).length > 0 && (
        <ul className="cards">
          {view.links?.map((link) => <OneLink key={link.id} answer={{ link }} changed={changed} />)}
        </ul>
      )}
      <div className="columns-2">
        <Orders view={view} />
        <Supervision view={view} changed={changed} />
      </div>
      <h3>{t("person.pending")}</h3>
      {(view.duties ?? []).length > 0 ? <DutyTable list={view.duties ?? []} changed={changed} /> : <p className="quiet">{t("duties.none")}</p>}
      <Measures list={view.measures ?? []} />
      <h3>{t("person.cases")}</h3>
      <ul className="lines">
        {(view.cases ?? []).map((one) => (
          <li key={one.id}>
            <CaseLinkTo id={one.id} number={one.number} /> <span className="chip">{t(`case_kind.${bare(one.kind, "CASE_KIND_")}`)}</span>{" "}
            <PersonLink id={one.subject_id} /> <Moment us={one.reported_at_us} />
          </li>
        ))}
        {(view.cases ?? []).length === 0 && <li className="quiet">{t("person.no_cases")}</li>}
      </ul>
      <h3>{t("person.alerts")}</h3>
      <p>
        {(view.alert_counts ?? []).map((one) => (
          <span key={one.kind} className="chip">
            {t(`kit:alert_kind.${bare(one.kind, "ALERT_KIND_")}`)} <b className="number">{one.count}</b>
          </span>
        ))}
      </p>
      <PastAlerts alerts={view.alerts ?? []} toUs={view.as_of_us} />
      <Consents list={view.consents ?? []} />
      <Devices view={view} />
      <Contacts view={view} />
    </>
  );
}

// As what this person stands, by each order and case; and the record of who was given his places, for him.
function Standings({ view }: { view: RiskView }) {
  const { t } = useTranslation("legal");
  const tells = useRight("tell_provisions");
  return (
    <p>
      {(view.standings ?? []).map((one) => (
        <span key={`${one.order_id}/${one.case_id}`} className="chip" data-standing={one.standing}>
          {t(`standing.${bare(one.standing, "STANDING_")}`)} <small>{one.order_id || one.case_id}</small>
        </span>
      ))}{" "}
      {tells && (
        <a className="button small" href={addressOf("provisions", view.person_id)}>
          {t("provisions.title")}
        </a>
      )}
    </p>
  );
}

function Orders({ view }: { view: RiskView }) {
  const { t } = useTranslation("legal");
  const nameOf = useKindName();
  const now = serverNowMs();
  return (
    <section className="card">
      <h3>{t("person.orders")}</h3>
      {(view.orders ?? []).length === 0 && <Empty title={t("person.no_orders")} />}
      {(view.orders ?? []).map((order) => (
        <div key={order.id} className="order">
          <p>
            <b>{nameOf(order.kind)}</b> {order.id} <small className="quiet">{order.legal_basis}</small>{" "}
            {msOf(order.starts_at_us) > now && <span className="chip">{t("person.to_come")}</span>}
          </p>
          <p>
            {t("person.until")} {Number(order.ends_at_us ?? 0) === 0 ? t("open_ended") : <Due atUs={order.ends_at_us} />}
          </p>
          <Conditions order={order} />
        </div>
      ))}
    </section>
  );
}

function Supervision({ view, changed }: { view: RiskView; changed: () => void }) {
  const { t } = useTranslation("legal");
  const guideline = Number(view.guideline_thousandths ?? 0) / 1000;
  const average = Number(view.average_thousandths ?? 0) / 1000;
  const load = view.caseload ?? 0;
  const most = Math.max(load, guideline, average, 1);
  const over = guideline > 0 && load > guideline;
  const rows = [
    { name: t("person.load"), value: load },
    { name: t("person.guideline"), value: guideline },
    { name: t("person.average"), value: average },
  ].filter((one, i) => i === 0 || one.value > 0);
  return (
    <section className="card">
      <h3>{t("person.supervision")}</h3>
      {view.officer ? (
        <Facts>
          <Fact name={t("links.officer")}>{[view.officer, view.agency_id].filter(Boolean).join(" · ")}</Fact>
        </Facts>
      ) : (
        <p className="quiet">{t("links.no_officer")}</p>
      )}
      <table className="load-meter">
        <caption className="visually-hidden">{t("person.load_caption")}</caption>
        <tbody>
          {rows.map(({ name, value }, i) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{t("people", { n: Math.round(value * 10) / 10 })}</td>
              <td>
                <Bar value={value} most={most} over={i === 0 && over} quiet={i > 0} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {over && <p className="problem">{t("person.overloaded", { n: load, guideline })}</p>}
      {view.average_source && <small className="quiet">{t("person.source", { source: view.average_source })}</small>}
      <Supervise view={view} changed={changed} />
    </section>
  );
}

export function Measures({ list }: { list: readonly LegalMeasure[] }) {
  const { t } = useTranslation("legal");
  const nameOf = useKindName();
  if (list.length === 0) return null;
  return (
    <>
      <h3>{t("measure.several")}</h3>
      <ul className="lines">
        {list.map((one) => (
          <li key={one.id} data-measure={one.id}>
            <b>{nameOf(one.kind)}</b> <Stage measure={one} />{" "}
            <CaseLinkTo id={one.case_id} /> {Number(one.ends_at_us ?? 0) > 0 && <Due atUs={one.ends_at_us} closed={!one.in_force} />}
            {one.not_activated && <small className="problem"> {t("measure.not_activated", { why: one.not_activated })}</small>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Devices({ view }: { view: RiskView }) {
  const { t } = useTranslation("legal");
  return (
    <>
      <h3>{t("person.devices")}</h3>
      <ul className="lines">
        {(view.devices ?? []).map(({ device, health }) => (
          <li key={device?.id}>
            <b>{t(`device_kind.${bare(device?.kind, "DEVICE_KIND_")}`)}</b> {device?.id}{" "}
            {device?.retired && <span className="chip">{t("person.retired")}</span>}{" "}
            {health ? (
              <>
                {t("person.heard")} <Moment us={health.heard_at_us} />
                {health.battery_percent !== undefined && ` · ${t("person.battery", { n: health.battery_percent })}`}
              </>
            ) : (
              <span className="quiet">{t("person.never_heard")}</span>
            )}
          </li>
        ))}
        {(view.devices ?? []).length === 0 && <li className="quiet">{t("person.no_devices")}</li>}
      </ul>
    </>
  );
}

function Contacts({ view }: { view: RiskView }) {
  const { t } = useTranslation("legal");
  const list = view.contacts ?? [];
  return (
    <>
      <h3>{t("person.contacts")}</h3>
      {list.length === 0 ? (
        <p className="quiet">{t("person.no_contacts")}</p>
      ) : (
        <ul className="lines">
          {list.map((one, n) => (
            <li key={n}>
              <Moment us={one.at_us} /> · {t(`contact_with.${bare(one.with, "")}`)} ·{" "}
              {t(`contact_channel.${bare(one.channel, "")}`)} ·{" "}
              <b>{t(`contact_outcome.${bare(one.outcome, "")}`)}</b> {one.note}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
