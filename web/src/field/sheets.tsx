// What is not needed at once: asking for support by telephone, and the rest of the call.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Call } from "../kit/api";
import { Dialog } from "../kit/chrome";
import { msOf } from "../kit/clock";
import { dateTime, shortTime } from "../kit/format";
import { Other, sentenceOf } from "./assigned";
import { outbox } from "./desk";
import { Confirm, usePhone, useSettings } from "./parts";
import { type Assignment, othersOf, type Status } from "./steps";

interface SupportProps {
  call: Call;
  callSign: string;
  status: Status;
  onClose: () => void;
}

// There is no button that pretends to send: a voice that answers is the receipt.
export function Support({ call, callSign, status, onClose }: SupportProps) {
  const { t } = useTranslation();
  const { room } = useSettings();
  const { fix } = usePhone();
  const place = fix
    ? t("support.place", { lat: fix.lat.toFixed(5), lon: fix.lng.toFixed(5), m: Math.round(fix.accuracyM), time: shortTime(fix.fixedAtMs) })
    : t("support.no_place");
  const text = t("support.text", { unit: callSign, call: call.id, status: t(`kit:unit_status.${status}`), place });
  return (
    <Dialog title={t("support.title")} onClose={onClose} className="sheet">
      <p>{t("support.read")}</p>
      <p className="read-out">{text}</p>
      <div className="big-column">
        <a className="button danger big" href={`tel:${room}`}>
          {t("support.call", { number: room })}
        </a>
        <a className="button big" href={`sms:${room}?body=${encodeURIComponent(text)}`}>
          {t("support.sms", { number: room })}
        </a>
        <a className="button big" href="tel:119">
          {t("support.ambulance")}
        </a>
      </div>
    </Dialog>
  );
}

interface MoreProps {
  call: Call;
  mine: Assignment;
  status: Status;
  onClose: () => void;
}

export function More({ call, mine, status, onClose }: MoreProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<Status | null>(null);
  const give = (to: Status): void => {
    outbox.press(to, call.id ?? "");
    onClose();
  };
  const others = othersOf(call, mine.unit_id ?? "");
  if (asking) return <Confirm status={asking} onYes={() => give(asking)} onNo={() => setAsking(null)} />;
  return (
    <Dialog title={t("more.title")} onClose={onClose} className="sheet">
      <dl className="facts">
        <div>
          <dt>{t("more.event")}</dt>
          <dd className="number">{call.id}</dd>
        </div>
        <div>
          <dt>{t("more.opened")}</dt>
          <dd>{dateTime(msOf(call.opened_at_us))}</dd>
        </div>
        <div>
          <dt>{t("more.assigned")}</dt>
          <dd>
            {dateTime(msOf(mine.assigned_at_us))} · {t(mine.by_policy ? "more.by_policy" : "more.by_hand")}
          </dd>
        </div>
        <div>
          <dt>{t("more.sentence")}</dt>
          <dd>{sentenceOf(call)}</dd>
        </div>
        <div>
          <dt>{t("others.title")}</dt>
          <dd>
            {others.length === 0 && t("others.none")}
            {others.map((each) => (
              <p key={each.unit_id}>
                <Other one={each} />
              </p>
            ))}
          </dd>
        </div>
      </dl>
      <div className="big-column">
        {status === "ON_SCENE" && (
          <button type="button" className="button big" onClick={() => give("TRANSPORTING")}>
            {t("step.TRANSPORTING")}
          </button>
        )}
        {status !== "CLEARED" && (
          <button type="button" className="button big" onClick={() => setAsking("OUT_OF_SERVICE")}>
            {t("more.cannot")}
          </button>
        )}
      </div>
    </Dialog>
  );
}
