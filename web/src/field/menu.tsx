// Settings and the state of this terminal.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog, LanguageSwitch } from "../kit/chrome";
import { LocationNote } from "./location";
import { useOutbox, useSettings } from "./parts";
import { waitingOf } from "./outbox";
import { dialled, settings } from "./settings";
import { say, shake, speechKnown, vibrationKnown } from "./voice";
import type { Awake } from "./wake";

interface Props {
  theme: "dark" | "light";
  onTheme: (theme: "dark" | "light") => void;
  awake: Awake;
  unitId: string;
  onClose: () => void;
  onLeave: () => void;
}

export function Menu({ theme, onTheme, awake, unitId, onClose, onLeave }: Props) {
  const { t } = useTranslation();
  const chosen = useSettings();
  const waiting = waitingOf(useOutbox()).length;
  const [leaving, setLeaving] = useState(false);
  return (
    <Dialog title={t("menu.title")} onClose={onClose} className="sheet menu-sheet">
      <Switch name={t("menu.day")} on={theme === "light"} onChange={(on) => onTheme(on ? "light" : "dark")} />
      <Switch
        name={t("menu.speech")}
        help={t(speechKnown() ? "menu.speech_help" : "menu.not_here")}
        on={chosen.speech}
        off={!speechKnown()}
        onChange={(speech) => {
          settings.choose({ speech });
          if (speech) say(t("voice.test"));
        }}
      />
      <Switch
        name={t("menu.vibration")}
        help={vibrationKnown() ? undefined : t("menu.not_here")}
        on={chosen.vibration}
        off={!vibrationKnown()}
        onChange={(vibration) => {
          settings.choose({ vibration });
          if (vibration) shake();
        }}
      />
      <label className="room">
        <span>{t("menu.room")}</span>
        <input
          type="tel"
          inputMode="tel"
          autoComplete="off"
          defaultValue={chosen.room}
          onBlur={(event) => {
            settings.choose({ room: dialled(event.target.value) });
            event.target.value = settings.get().room;
          }}
        />
      </label>
      <LanguageSwitch />
      <LocationNote always />
      <p className="quiet">{t(`menu.awake_${awake}`)}</p>
      <p className="quiet">{t("menu.unit", { unit: unitId })}</p>
      <a className="button" href="/account/" target="_blank" rel="noreferrer">
        {t("menu.account")}
      </a>
      {leaving ? (
        <div role="group" aria-label={t("menu.leave")} className="leave">
          <p>{t(waiting > 0 ? "menu.leave_waiting" : "menu.leave_text", { n: waiting })}</p>
          <div className="big-row">
            <button type="button" className="button big" onClick={() => setLeaving(false)}>
              {t("confirm.no")}
            </button>
            <button type="button" className="button big" onClick={onLeave}>
              {t("menu.leave")}
            </button>
          </div>
        </div>
      ) : (
        <button type="button" className="button" onClick={() => setLeaving(true)}>
          {t("menu.leave")}
        </button>
      )}
    </Dialog>
  );
}

function Switch(props: { name: string; help?: string | undefined; on: boolean; off?: boolean; onChange: (on: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" role="switch" aria-checked={props.on} className="switch" disabled={props.off === true} onClick={() => props.onChange(!props.on)}>
      <span>
        {props.name}
        {props.help && <small>{props.help}</small>}
      </span>
      <b aria-hidden="true">{t(props.on ? "menu.on" : "menu.off")}</b>
    </button>
  );
}
