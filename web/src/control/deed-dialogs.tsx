// The forms of an action: shelving with a reason and an end, resolving with an outcome, closing with a second
// look; a contact; an acceptance that was told by telephone; what to do; keys.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Alert, api, newKey } from "../kit/api";
import { Dialog } from "../kit/chrome";
import { serverNowMs } from "../kit/clock";
import { clockTime } from "../kit/format";
import { ApiFailure, patience, take, useLoaded } from "../kit/load";
import { useLive } from "../kit/surface";
import { perform } from "./actions";
import { type ContactPreset, useDesk, useDeskState, useSlowPicture } from "./desk";
import { useHeldBack } from "./hooks";
import { LoadedView, sentenceOf } from "./parts";
import { type Deed, deedState, keptOpen, levelOfAlert } from "./queue-model";
import { Help } from "./help";
import { PlaybackDialog } from "./playback-dialog";

export const SHELVE_MINUTES = [5, 10, 15, 30] as const;

export function Dialogs() {
  const desk = useDesk();
  const { dialog } = useDeskState();
  const picture = useSlowPicture();
  const close = () => desk.set({ dialog: null });
  if (!dialog) return null;
  switch (dialog.kind) {
    case "deed": {
      const alert = picture.alerts.get(dialog.alertId)?.alert;
      return alert ? (
        <DeedDialog key={dialog.alertId + dialog.deed} alert={alert} deed={dialog.deed} onClose={close} />
      ) : null;
    }
    case "contact":
      return <ContactDialog incidentId={dialog.incidentId} preset={dialog.preset} onClose={close} />;
    case "phone":
      return <PhoneDialog handOffId={dialog.handOffId} onClose={close} />;
    case "help":
      return <Help onClose={close} />;
    case "procedure":
      return <Procedure kind={dialog.alertKind} onClose={close} />;
    case "playback":
      return <PlaybackDialog onClose={close} />;
  }
}

function DeedDialog({ alert, deed, onClose }: { alert: Alert; deed: Deed; onClose: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { who } = useLive();
  const me = who.account ?? "";
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  const [minutes, setMinutes] = useState<number>(15);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const vocabulary = useLoaded("vocabulary", () =>
    take(api.GET("/api/v1/vocabulary", { signal: patience() })),
  );
  const heldBack = useHeldBack("handle_alert");
  const picture = useSlowPicture();
  const state = deedState(alert, deed, me, keptOpen(picture.handOffs.values(), alert.incident_id));
  const critical = levelOfAlert(alert) === 0;
  const needsReason = deed === "shelve" || deed === "resolve";
  const needsSure = critical && (deed === "resolve" || deed === "close");
  const ready =
    heldBack === null && state.can && (!needsReason || reason !== "") && (!needsSure || sure) && !busy;
  const word = (code: string) =>
    t(`${deed === "shelve" ? "shelving" : "outcome"}.${code}`, { defaultValue: code });
  const submit = async () => {
    setBusy(true);
    const outcome = await perform(desk, alert, deed, me, {
      reasonCode: reason || undefined,
      note: note.trim() || (deed === "shelve" ? reason : undefined),
      untilUs: deed === "shelve" ? String(Math.round((serverNowMs() + minutes * 60_000) * 1000)) : undefined,
    });
    setBusy(false);
    if (outcome.done || outcome.why === "conflict") onClose();
  };
  return (
    <Dialog title={t(`deed.${deed}_title`)} onClose={onClose} className="deed-dialog">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void submit();
        }}
      >
        <p className="situation">{sentenceOf(alert)}</p>
        {needsReason && (
          <LoadedView what={t("deed.reasons")} loaded={vocabulary}>
            {(codes) => (
              <fieldset>
                <legend>{t(deed === "shelve" ? "deed.reason" : "deed.outcome")}</legend>
                {((deed === "shelve" ? codes.shelving_reasons : codes.outcomes) ?? []).map((code) => (
                  <label key={code} className="choice">
                    <input
                      type="radio"
                      name="reason"
                      value={code}
                      checked={reason === code}
                      onChange={() => setReason(code)}
                    />{" "}
                    {word(code)}
                  </label>
                ))}
              </fieldset>
            )}
          </LoadedView>
        )}
        {deed === "shelve" && (
          <label>
            {t("deed.minutes")}
            <select value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
              {SHELVE_MINUTES.map((n) => (
                <option key={n} value={n}>
                  {t("deed.for_minutes", { n, time: clockTime(serverNowMs() + n * 60_000) })}
                </option>
              ))}
            </select>
          </label>
        )}
        {deed === "close" && (
          <p>
            {t("deed.close_resolved", {
              who: alert.handled_by ?? "",
              outcome: t(`outcome.${alert.reason_code ?? ""}`, { defaultValue: alert.reason_code ?? "" }),
            })}
          </p>
        )}
        <label>
          {t("deed.note")}
          <textarea rows={2} maxLength={600} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        {needsSure && (
          <label className="choice sure">
            <input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />{" "}
            {t("deed.sure")}
          </label>
        )}
        {(heldBack ?? (state.can ? null : state.why)) && (
          <p className="held-back" role="status">
            {heldBack ?? (state.can ? "" : t(`why.${state.why}`, { who: alert.handled_by ?? "" }))}
          </p>
        )}
        <footer>
          <button
            type="submit"
            className={critical && deed === "close" ? "button danger" : "button primary"}
            disabled={!ready}
          >
            {t(`deed.${deed}`)}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t("deed.cancel")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

const WITH = ["WEARER", "PROTECTED_PERSON", "POLICE", "PROBATION", "OTHER"] as const;
const CHANNEL = ["PHONE", "MESSAGE", "VISIT", "VIBRATION"] as const;
const OUTCOME = ["REACHED", "NO_ANSWER", "REFUSED", "WRONG_NUMBER"] as const;
type With = (typeof WITH)[number];
type Channel = (typeof CHANNEL)[number];
type Outcome = (typeof OUTCOME)[number];

function ContactDialog({
  incidentId,
  preset,
  onClose,
}: {
  incidentId: string;
  preset: ContactPreset;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const desk = useDesk();
  const [whom, setWhom] = useState<With>((preset.with as With) ?? "WEARER");
  const [channel, setChannel] = useState<Channel>((preset.channel as Channel) ?? "PHONE");
  const [outcome, setOutcome] = useState<Outcome | "">("");
  const [note, setNote] = useState("");
  const [key] = useState(newKey);
  const [failed, setFailed] = useState<ApiFailure | null>(null);
  const heldBack = useHeldBack("log_contact");
  const submit = async () => {
    if (!outcome) return;
    try {
      await take(
        api.POST("/api/v1/incidents/{id}/contacts", {
          params: { path: { id: incidentId } },
          body: { with: whom, channel, outcome, note: note.trim() || undefined },
          headers: { "Idempotency-Key": key },
          signal: patience(),
        }),
      );
      desk.say("done", "done.contact");
      onClose();
    } catch (error) {
      setFailed(error instanceof ApiFailure ? error : new ApiFailure(0, "", ""));
    }
  };
  return (
    <Dialog title={t("contact.title")} onClose={onClose} className="deed-dialog">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!heldBack) void submit();
        }}
      >
        <p className="quiet">{t("contact.explain")}</p>
        <Choices
          name="with"
          title={t("contact.with_title")}
          all={WITH}
          chosen={whom}
          choose={setWhom}
          word={(v) => t(`contact.with.${v}`)}
        />
        <Choices
          name="channel"
          title={t("contact.channel_title")}
          all={CHANNEL}
          chosen={channel}
          choose={setChannel}
          word={(v) => t(`contact.channel.${v}`)}
        />
        <Choices
          name="outcome"
          title={t("contact.outcome_title")}
          all={OUTCOME}
          chosen={outcome}
          choose={setOutcome}
          word={(v) => t(`contact.outcome.${v}`)}
        />
        <label>
          {t("contact.note")}
          <textarea rows={3} maxLength={600} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        {failed && (
          <p className="problem" role="alert">
            {t("contact.failed", { reason: failed.reason || t("contact.no_answer") })}
          </p>
        )}
        {heldBack && <p className="held-back">{heldBack}</p>}
        <footer>
          <button type="submit" className="button primary" disabled={heldBack !== null || !outcome}>
            {t("contact.save")}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t("deed.cancel")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Choices<T extends string>(props: {
  name: string;
  title: string;
  all: readonly T[];
  chosen: T | "";
  choose: (value: T) => void;
  word: (value: T) => string;
}) {
  return (
    <fieldset className="choices">
      <legend>{props.title}</legend>
      {props.all.map((value) => (
        <label key={value} className="choice">
          <input
            type="radio"
            name={props.name}
            value={value}
            checked={props.chosen === value}
            onChange={() => props.choose(value)}
          />{" "}
          {props.word(value)}
        </label>
      ))}
    </fieldset>
  );
}

function PhoneDialog({ handOffId, onClose }: { handOffId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const picture = useSlowPicture();
  const [eventNo, setEventNo] = useState("");
  const [key] = useState(newKey);
  const [failed, setFailed] = useState<ApiFailure | null>(null);
  const heldBack = useHeldBack("answer_hand_off");
  const handOff = picture.handOffs.get(handOffId);
  const submit = async () => {
    try {
      await take(
        api.POST("/api/v1/hand-offs/{id}/answer", {
          params: { path: { id: handOffId } },
          body: { event_no: eventNo.trim() },
          headers: { "Idempotency-Key": key },
          signal: patience(),
        }),
      );
      desk.say("done", "done.phone", { no: eventNo.trim() });
      onClose();
    } catch (error) {
      setFailed(error instanceof ApiFailure ? error : new ApiFailure(0, "", ""));
    }
  };
  return (
    <Dialog
      title={t("phone.title", { agency: handOff?.agency_id ?? "" })}
      onClose={onClose}
      className="deed-dialog"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!heldBack && eventNo.trim()) void submit();
        }}
      >
        <p>{t("phone.explain")}</p>
        {handOff?.event_no && <p className="problem">{t("phone.already", { no: handOff.event_no })}</p>}
        <label>
          {t("phone.event_no")}
          <input
            value={eventNo}
            maxLength={64}
            autoComplete="off"
            onChange={(event) => setEventNo(event.target.value)}
          />
        </label>
        {failed && (
          <p className="problem" role="alert">
            {failed.status === 409
              ? t("phone.conflict", { reason: failed.reason })
              : t("contact.failed", { reason: failed.reason || t("contact.no_answer") })}
          </p>
        )}
        {heldBack && <p className="held-back">{heldBack}</p>}
        <footer>
          <button type="submit" className="button primary" disabled={heldBack !== null || !eventNo.trim()}>
            {t("phone.save")}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t("deed.cancel")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Procedure({ kind, onClose }: { kind: string; onClose: () => void }) {
  const { t } = useTranslation();
  const steps = t(`procedure.${kind}`, { returnObjects: true, defaultValue: [] }) as unknown;
  return (
    <Dialog title={t("procedure.title", { kind: t(`kit:alert_kind.${kind}`) })} onClose={onClose}>
      <ol className="procedure">
        {Array.isArray(steps) && steps.map((step: string) => <li key={step}>{step}</li>)}
      </ol>
      <p className="quiet">{t("procedure.note")}</p>
    </Dialog>
  );
}
