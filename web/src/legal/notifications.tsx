// What this agency was told, how far that got, and whether somebody has read it. Nothing in a notification names anybody:
// what it is about is behind its link.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { bare, duties, type Duty, notifications, type Notification, openNotification } from "./asks";
import { useCases } from "./news";
import { CaseLinkTo, dutyName, LoadedView, Moment, Refused, Rows, useDeed, useHeldBack } from "./parts";
import { addressOf } from "./where";

// Word and sign together: no colour carries the state alone.
const SIGNS: Record<string, string> = { QUEUED: "○", SENT: "◔", DELIVERED: "◑", OPENED: "●", FAILED: "✕" };
const COLUMNS = ["when", "what", "about", "to", "state", "read"] as const;

export function Notifications() {
  const { t } = useTranslation("legal");
  const [after, setAfter] = useState("");
  const loaded = useCases(`notifications/${after}`, () => notifications(after));
  return (
    <section aria-label={t("notifications.title")}>
      <h2>{t("notifications.title")}</h2>
      <p className="quiet">{t("notifications.explain")}</p>
      <LoadedView what={t("notifications.title")} loaded={loaded}>
        {(page) => (
          <>
            {(page.notifications ?? []).length === 0 ? (
              <Empty title={t("notifications.none")} />
            ) : (
              <Table list={page.notifications ?? []} changed={loaded.reload} />
            )}
            <div className="deeds">
              {after && (
                <button type="button" className="button" onClick={() => setAfter("")}>
                  {t("notifications.newest")}
                </button>
              )}
              {page.next && (
                <button type="button" className="button" onClick={() => setAfter(page.next ?? "")}>
                  {t("notifications.older")}
                </button>
              )}
            </div>
          </>
        )}
      </LoadedView>
    </section>
  );
}

function Table({ list, changed }: { list: readonly Notification[]; changed: () => void }) {
  const { t } = useTranslation("legal");
  const known = useCases("duties/all", () => duties("all")).data ?? [];
  const { busy, refused, run } = useDeed(changed);
  const read = (id: string | undefined) => void run(() => openNotification(id ?? ""));
  return (
    <>
      <Rows title={t("notifications.title")} head={COLUMNS.map((name) => t(`notifications.column.${name}`))}>
        {list.map((one) => (
          <Row key={one.id} one={one} duty={known.find((each) => each.id === one.duty_id)} busy={busy} read={() => read(one.id)} />
        ))}
      </Rows>
      <Refused failure={refused} />
    </>
  );
}

export function Delivery({ of }: { of: Notification }) {
  const { t } = useTranslation("legal");
  const state = bare(of.state, "NOTIFICATION_STATE_");
  return (
    <span className={state === "FAILED" ? "problem" : ""}>
      <span aria-hidden="true">{SIGNS[state]}</span> {t(`notification_state.${state}`)} · {t(`channel.${bare(of.channel, "NOTIFICATION_CHANNEL_")}`)}
      {of.fallback && <small className="problem"> {t("notifications.fallback")}</small>}
    </span>
  );
}

function Row({ one, duty, busy, read }: { one: Notification; duty: Duty | undefined; busy: boolean; read: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("read_notification");
  const state = bare(one.state, "NOTIFICATION_STATE_");
  const unread = state !== "OPENED" && state !== "FAILED";
  const urgent = (one.level ?? 0) > 0;
  return (
    <tr data-notification={one.id} data-state={state} className={unread ? "unread" : ""}>
      <td>
        <Moment us={one.queued_at_us} />
      </td>
      <td>
        {t(`notification.${bare(one.kind, "NOTIFICATION_KIND_")}`)}
        {duty && <b className="sentence">{dutyName(duty)}</b>}
        {urgent && <small className="problem"> {t("escalated", { n: one.level })}</small>}
      </td>
      <td>
        <CaseLinkTo id={one.case_id} /> {one.petition_id && <a href={addressOf("petition", one.petition_id)}>{t("petition.one")}</a>}{" "}
        {one.link_id && <a href={addressOf("links")}>{t("links.title")}</a>} {one.duty_id && <a href={addressOf("duties")}>{t("duties.title")}</a>}
      </td>
      <td>
        {t(`party.${bare(one.party, "CASE_PARTY_")}`)} {one.account && <small className="quiet">{one.account}</small>}
      </td>
      <td>
        <Delivery of={one} />
        <small className="quiet sentence">
          <Moment us={one.changed_at_us} />
        </small>
      </td>
      <td>
        {unread && (
          <button type="button" className="button small" disabled={busy || held !== null} title={held ?? undefined} onClick={read}>
            {t("notifications.read")}
          </button>
        )}
      </td>
    </tr>
  );
}
