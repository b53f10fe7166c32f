// Whether this browser is told while the page is closed: by a push without names. What is not opened goes on to the next channel.
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { take, useLoaded } from "../kit/load";
import { subscribe, unsubscribe } from "../kit/push";
import { Refused, useDeed } from "../legal/parts";

const SCOPE = "/cases/";
const able = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

async function begin(): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") return;
  await navigator.serviceWorker.register(`${SCOPE}sw.js`, { scope: SCOPE });
  await subscribe();
}

export function ToldHere() {
  const { t } = useTranslation();
  const loaded = useLoaded(able() ? "push" : null, () => take(api.GET("/api/v1/me/push", { params: {} })));
  const { busy, refused, run } = useDeed(loaded.reload);
  if (!loaded.data?.public_key) return null;
  const on = loaded.data.subscribed && Notification.permission === "granted";
  const state = Notification.permission === "denied" ? "blocked" : on ? "on" : "off";
  return (
    <section className="card" data-told={state}>
      <p role="status">{t(`told.${state}`)}</p>
      <Refused failure={refused} />
      {state !== "blocked" && (
        <button type="button" className="button" disabled={busy} onClick={() => void run(on ? unsubscribe : begin)}>
          {t(on ? "told.stop" : "told.start")}
        </button>
      )}
    </section>
  );
}
