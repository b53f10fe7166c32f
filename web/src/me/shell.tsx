// What stands on every view: the way out at the top and at the bottom, 112 by voice and by text, and the call for help.
import { useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { shortTime } from "../kit/format";
import { sos, sosState, subscribeSos } from "./help";
import { phone } from "./phone";
import { presence } from "./presence";
import { SosBar } from "./sos-bar";
import { SosScreen } from "./sos-screen";
import type { SosState } from "./sos";

export const useSos = (): SosState => useSyncExternalStore(subscribeSos, sosState);
export const usePhone = () => useSyncExternalStore(phone.subscribe, phone.get);

export function QuickExit() {
  const { t } = useTranslation();
  return (
    <button type="button" className="button exit" onClick={() => presence.leave()}>
      {t("exit")}
    </button>
  );
}

// The text says where she is, if the phone knows. (A blank called "lng" would choose the language.)
export function useTextHref(): string {
  const { t } = useTranslation();
  usePhone();
  const fix = phone.freshFix();
  const body = fix
    ? t("text.with_place", {
        latitude: fix.lat.toFixed(5), longitude: fix.lng.toFixed(5), m: Math.round(fix.accuracyM), time: shortTime(fix.fixedAtMs),
      })
    : t("text.without_place");
  return `sms:112?body=${encodeURIComponent(body)}`;
}

export function CallRow({ big }: { big?: boolean }) {
  const { t } = useTranslation();
  const text = useTextHref();
  return (
    <>
      <a className={big ? "button call big" : "button call"} href="tel:112">
        {t("call")}
      </a>
      <a className={big ? "button call big" : "button call"} href={text}>
        {t("text.name")}
      </a>
    </>
  );
}

export function Shell(props: { children: ReactNode; aside?: ReactNode; sosAlert?: SosAlert | null; strip?: ReactNode }) {
  const { t } = useTranslation();
  const state = useSos();
  const [away, setAway] = useState(""); // the call for help whose screen she has put aside
  const id = state.pressed?.id ?? "";
  const open = state.phase !== "idle" && away !== id && !(state.pressed?.silent && state.phase === "sending" && !state.overdue);
  if (open) return <SosScreen state={state} alert={props.sosAlert ?? null} onBack={() => setAway(id)} />;
  return (
    <div className="me">
      <header className="top">
        <QuickExit />
        {props.aside}
      </header>
      <main className="body">
        {state.phase !== "idle" && (
          <button type="button" className="strip sos-strip" onClick={() => setAway("")}>
            <strong>{t(`sos.strip.${state.phase}`)}</strong> <span className="as-link">{t("sos.strip.open")}</span>
          </button>
        )}
        {props.strip}
        {props.children}
      </main>
      <footer className="bottom">
        <div className="calls">
          <QuickExit />
          <CallRow />
        </div>
        <SosBar onSend={(silent) => {
          sos.press(silent);
          if (silent) presence.leave();
          else setAway("");
        }} />
      </footer>
    </div>
  );
}

// What the server says of the call for help, besides that it arrived.
export interface SosAlert {
  cleared: boolean;
  steps: { name: string; atMs: number }[];
}
