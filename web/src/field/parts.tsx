// Parts of the terminal that stand on several of its views: the top line, the outbox, the steps.
import { useRef, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Dialog, LinkChip } from "../kit/chrome";
import { serverNowMs } from "../kit/clock";
import { clockTime } from "../kit/format";
import { useNow } from "../kit/surface";
import { outbox } from "./desk";
import { type OutboxState, type Press, refusedOf, undoable, waitingOf } from "./outbox";
import { phone } from "./phone";
import { settings } from "./settings";
import { endsAccess, type Status } from "./steps";

export const useOutbox = (): OutboxState => useSyncExternalStore(outbox.subscribe, outbox.get);
export const usePhone = () => useSyncExternalStore(phone.subscribe, phone.get);
export const useSettings = () => useSyncExternalStore(settings.subscribe, settings.get);

export function Top({ callSign, status, onMenu }: { callSign: string; status: Status | null; onMenu?: () => void }) {
  const { t } = useTranslation();
  return (
    <header className="top">
      <h1>{callSign || t("title")}</h1>
      {status && <span className="chip own-status">{t(`kit:unit_status.${status}`)}</span>}
      <LinkChip />
      {onMenu && (
        <button type="button" className="button menu" onClick={onMenu} aria-label={t("menu.title")}>
          <span aria-hidden="true">☰</span> <span className="menu-word">{t("menu.title")}</span>
        </button>
      )}
    </header>
  );
}

// The server's clock when the press was made, by this device's own.
const pressedAt = (press: Press): string => clockTime(serverNowMs() - (Date.now() - press.pressedAtMs));

// What was pressed and is not there yet; and what was refused, until it is read.
export function OutboxNotes() {
  const { t } = useTranslation();
  const state = useOutbox();
  const now = useNow(500);
  const waiting = waitingOf(state).filter((press) => press.deviceAtUs !== "" || press.heldUntilMs <= now);
  const first = waiting[0];
  return (
    <>
      {refusedOf(state).map((press) => (
        <div key={press.key} className="note refused" role="alert">
          <p>
            <strong>{t("outbox.refused", { status: t(`kit:unit_status.${press.status}`), time: pressedAt(press) })}</strong>{" "}
            {t([`outbox.why.${press.refused?.field}`, "outbox.why.other"], { code: press.refused?.code })}
          </p>
          <button type="button" className="button" onClick={() => outbox.dismiss(press.key)}>
            {t("outbox.read")}
          </button>
        </div>
      ))}
      {first && (
        <div className="note waiting-note" role="status">
          <p>
            <strong>{t("outbox.waiting", { n: waiting.length })}</strong>{" "}
            {waiting.map((press) => t("outbox.item", { status: t(`kit:unit_status.${press.status}`), time: pressedAt(press) })).join(", ")}
            {". "}
            {t(state.signedOut ? "outbox.signed_out" : "outbox.later")}
          </p>
        </div>
      )}
      {!state.kept && first && <p className="note refused">{t("outbox.not_kept")}</p>}
    </>
  );
}

const SLIP_MS = 700; // a glove that lands twice

// The one large button: the next step. It can be undone for some seconds; what ends the access is asked again.
export function Steps({ step, callId, waitFor, plain }: { step: Status | null; callId: string; waitFor?: ReactNode; plain?: boolean }) {
  const { t } = useTranslation();
  const state = useOutbox();
  const now = useNow(250);
  const [asking, setAsking] = useState<Status | null>(null);
  const lastAtMs = useRef(0);
  const held = undoable(state, now);
  const give = (status: Status): void => {
    setAsking(null);
    outbox.press(status, callId);
  };
  const press = (): void => {
    if (!step || held || Date.now() - lastAtMs.current < SLIP_MS) return;
    lastAtMs.current = Date.now();
    if (endsAccess(step) && callId) setAsking(step);
    else give(step);
  };
  return (
    <>
      <UndoBar />
      {step ? (
        <button type="button" className={plain ? "button step plain" : "button primary step"} aria-disabled={held !== null} onClick={press} data-step={step}>
          {t(callId ? `step.${step}` : `step_free.${step}`)}
        </button>
      ) : (
        waitFor
      )}
      {asking && (
        <Confirm status={asking} onYes={() => give(asking)} onNo={() => setAsking(null)} />
      )}
    </>
  );
}

export function UndoBar() {
  const { t } = useTranslation();
  const state = useOutbox();
  const now = useNow(250);
  const held = undoable(state, now);
  if (!held) return null;
  const left = Math.max(1, Math.ceil((held.heldUntilMs - now) / 1000));
  return (
    <div className="undo">
      <p role="status">{t("undo.pressed", { status: t(`kit:unit_status.${held.status}`) })}</p>
      <span className="number" aria-hidden="true">
        {t("undo.left", { n: left })}
      </span>
      <button type="button" className="button" onClick={() => outbox.undo(held.key)}>
        {t("undo.button")}
      </button>
    </div>
  );
}

export function Confirm({ status, onYes, onNo }: { status: Status; onYes: () => void; onNo: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t(`confirm.${status}.title`)} onClose={onNo} className="sheet">
      <p>{t(`confirm.${status}.text`)}</p>
      <div className="big-row">
        <button type="button" className="button big" onClick={onNo}>
          {t("confirm.no")}
        </button>
        <button type="button" className="button primary big" onClick={onYes} data-confirm={status}>
          {t(`confirm.${status}.yes`)}
        </button>
      </div>
    </Dialog>
  );
}
