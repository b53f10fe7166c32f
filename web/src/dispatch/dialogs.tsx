// Dialogs: ending a call with its disposition, in two steps; what the keys do.
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { Dialog } from "../kit/chrome";
import { usePicture } from "../kit/surface";
import { useDesk, useDeskState } from "./desk";
import { bare, isActive, isClosed } from "./model";
import { patience } from "./rest";

let known: string[] | null = null;

function useDispositions(): { codes: string[] | null; failed: boolean } {
  const [codes, setCodes] = useState(known);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (known) return;
    api.GET("/api/v1/vocabulary", { signal: patience() }).then(
      ({ data }) => {
        if (data?.dispositions) setCodes((known = data.dispositions));
        else setFailed(true);
      },
      () => setFailed(true),
    );
  }, []);
  return { codes, failed };
}

export function CloseDialog() {
  const { t } = useTranslation();
  const picture = usePicture();
  const desk = useDesk();
  const { callId, busy } = useDeskState();
  const { codes, failed } = useDispositions();
  const [code, setCode] = useState("");
  const [note, setNote] = useState("");
  const [asked, setAsked] = useState(false);
  const call = callId ? picture.calls.get(callId) : undefined;
  const close = () => desk.set({ dialog: null });
  if (!call || isClosed(call)) {
    return (
      <Dialog title={t("close.title")} onClose={close}>
        <p role="status">{t("close.already")}</p>
      </Dialog>
    );
  }
  const going = (call.assignments ?? []).filter(isActive).map((one) => desk.nameOf(one.unit_id ?? ""));
  const submit = async () => {
    if (!code) return;
    if (!asked) return setAsked(true);
    if (await desk.close(call.id ?? "", code, note.trim())) close();
    else setAsked(false);
  };
  return (
    <Dialog title={t("close.title")} onClose={close} className="close-dialog">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>
          <strong className="number">{call.id}</strong> · {t(`kit:alert_kind.${bare(call.alert_kind, "ALERT_KIND_")}`, { defaultValue: "" })}
        </p>
        {going.length > 0 && <p className="warn">{t("close.still_going", { units: going.join(", ") })}</p>}
        {Number(call.condition_cleared_at_us ?? 0) === 0 && <p className="warn">{t("close.not_over")}</p>}
        <label htmlFor="disposition">{t("close.disposition")}</label>
        {failed ? (
          <p className="problem" role="alert">{t("close.no_codes")}</p>
        ) : (
          <select id="disposition" required value={code} onChange={(event) => { setCode(event.target.value); setAsked(false); }}>
            <option value="">{codes ? t("close.choose") : t("close.loading")}</option>
            {(codes ?? []).map((one) => (
              <option key={one} value={one}>{one} · {t(`disposition.${one}`, { defaultValue: one })}</option>
            ))}
          </select>
        )}
        <label htmlFor="close-note">{t("close.note")}</label>
        <textarea id="close-note" rows={3} maxLength={600} value={note} onChange={(event) => setNote(event.target.value)} />
        {asked && <p className="problem" role="alert">{t("close.sure", { code, what: t(`disposition.${code}`, { defaultValue: code }) })}</p>}
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={close}>{t("close.back")}</button>
          <button type="submit" className={`button ${asked ? "danger" : "primary"}`} disabled={!code || busy !== null}>
            {asked ? t("close.confirm") : t("close.button")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const KEYS = ["walk", "open", "dispatch", "choose", "units", "status", "close", "map", "picture", "mute", "command", "filter", "panels", "help", "escape"] as const;

export function HelpDialog() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { singleKeys } = useDeskState();
  return (
    <Dialog title={t("help.title")} onClose={() => desk.set({ dialog: null })}>
      <table className="table">
        <tbody>
          {KEYS.map((name) => (
            <tr key={name}>
              <th scope="row"><kbd>{t(`help.key.${name}`)}</kbd></th>
              <td>{t(`help.does.${name}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{t("help.line")}</p>
      <label className="check">
        <input type="checkbox" checked={singleKeys} onChange={(event) => desk.set({ singleKeys: event.target.checked })} /> {t("help.single")}
      </label>
    </Dialog>
  );
}
