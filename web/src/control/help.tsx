// The cheat sheet, and the switch for single keys.
import { useTranslation } from "react-i18next";
import { Dialog } from "../kit/chrome";
import { useDesk, useDeskState } from "./desk";
import { COMMANDS, KEYS } from "./shortcuts";

const SWITCH = "haechi.control.keys"; // says nothing about anybody

export function firstSingleKeys(): boolean {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true; // storage may be switched off
  }
}

export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { singleKeys } = useDeskState();
  const turn = (on: boolean) => {
    try {
      localStorage.setItem(SWITCH, on ? "on" : "off");
    } catch {
      // then only for now
    }
    desk.set({ singleKeys: on });
  };
  return (
    <Dialog title={t("help.title")} onClose={onClose} className="help">
      <label className="choice">
        <input type="checkbox" checked={singleKeys} onChange={(event) => turn(event.target.checked)} />{" "}
        {t("help.single_keys")}
      </label>
      <p className="quiet">{t("help.note")}</p>
      <dl className="keys">
        {COMMANDS.map((command) => (
          <div key={command}>
            <dt>
              {KEYS[command].map((chord) => (
                <kbd key={chord.label}>{chord.label}</kbd>
              ))}
            </dt>
            <dd>{t(`command.${command}`)}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>{t("command.escape")}</dd>
        </div>
      </dl>
      <h3>{t("help.legend")}</h3>
      <p>{t("help.legend_text")}</p>
    </Dialog>
  );
}
