// The first screen: the call of this unit, or its own state without one, or that the access has ended.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { LinkBar, useTheme } from "../kit/chrome";
import { clockTime } from "../kit/format";
import { useLink, useLive, useNow, usePicture } from "../kit/surface";
import { Watermark } from "../kit/watermark";
import { Assigned } from "./assigned";
import { deskOf, outbox } from "./desk";
import { Free } from "./free";
import { Menu } from "./menu";
import { reportedOf } from "./outbox";
import { OutboxNotes, Top, UndoBar, useOutbox } from "./parts";
import { phone } from "./phone";
import { bareStatus, dutyOf, statusOffCall, statusOnCall } from "./steps";
import { useAwake } from "./wake";

const FLUSH_EVERY_MS = 500;

export function Page() {
  const { t } = useTranslation();
  const live = useLive();
  const picture = usePicture();
  const desk = deskOf(live);
  const ended = useSyncExternalStore(desk.subscribe, desk.getEnded);
  const state = useOutbox();
  const [menu, setMenu] = useState(false);
  const [theme, setTheme] = useTheme("dark");
  const unitId = live.who.unit_id ?? "";
  const own = picture.units.get(unitId);
  const duty = dutyOf(picture.calls.values(), unitId);
  const awake = useAwake(duty !== null);
  const reported = reportedOf(state);
  const status = duty
    ? statusOnCall(bareStatus(duty.mine.status) ?? "ASSIGNED", duty.call.id ?? "", reported)
    : statusOffCall(bareStatus(own?.status) ?? "AVAILABLE", reported);
  const callSign = own?.unit?.call_sign || unitId;
  useSending();
  useShown(duty?.call.id ?? "");
  useEffect(() => {
    phone.onCall = duty !== null;
    phone.silent = status === "OUT_OF_SERVICE";
    return () => {
      phone.silent = true;
    };
  }, [duty !== null, status]);
  return (
    <div className={duty ? "field on-call" : "field"}>
      <Top callSign={callSign} status={picture.loaded ? status : null} onMenu={() => setMenu(true)} />
      <LinkBar advice={t("radio")} />
      {ended && !duty ? (
        <main className="ended">
          <div role="alert">
            <h2>{t(ended.byUs ? "ended.by_us" : "ended.title")}</h2>
            <p>{t("ended.text")}</p>
            <p className="quiet">{t("ended.call", { call: ended.callId, time: clockTime(ended.atMs) })}</p>
          </div>
          <OutboxNotes />
          <UndoBar />
          <button type="button" className="button primary step" onClick={() => desk.readEnded()}>
            {t("read")}
          </button>
        </main>
      ) : duty ? (
        <Assigned duty={duty} status={status} unitId={unitId} callSign={callSign} trails={desk.trails} />
      ) : (
        <Free loaded={picture.loaded} status={status} />
      )}
      {menu && (
        <Menu theme={theme} onTheme={setTheme} awake={awake} unitId={unitId} onClose={() => setMenu(false)} onLeave={live.leave} />
      )}
      {duty && <Watermark name={unitId} />}
    </div>
  );
}

function useSending(): void {
  const link = useLink();
  useEffect(() => {
    const timer = setInterval(() => void outbox.flush(), FLUSH_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (link.state === "live") outbox.retryNow();
  }, [link.state]);
}

// The server learns that the crew has seen its call only when it could: drawn, and on a screen that is on.
function useShown(callId: string): void {
  const { socket } = useLive();
  const link = useLink();
  const told = useRef("");
  useNow(1000);
  useEffect(() => {
    if (!callId || told.current === callId || link.state !== "live" || document.hidden) return;
    const frame = requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (document.hidden || told.current === callId) return;
        told.current = callId;
        socket.shown({ call_id: callId });
      }),
    );
    return () => cancelAnimationFrame(frame);
  });
}
