// Discreet notifications: the same neutral words whatever happened, no name, no place, no number.
import i18next from "i18next";

const TAG = "m"; // one at a time: a second replaces the first
export const WORKER = "/me/sw.js";
const SCOPE = "/me/";
const NOTICE_PATTERN = [200, 100, 200];

export function vibrate(pattern: number | number[]): void {
  if ("vibrate" in navigator) navigator.vibrate(pattern);
}

export function registerWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register(WORKER, { scope: SCOPE }).catch(() => undefined);
}

// False when this phone does not let it through.
export async function notify(): Promise<boolean> {
  vibrate(NOTICE_PATTERN);
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return false;
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  if (!registration) return false;
  // `renotify` and `vibrate` are missing from the type.
  const options = {
    body: i18next.t("notice.body"), tag: TAG, icon: "/me/icon-192.png", badge: "/me/icon-192.png", renotify: true,
    vibrate: NOTICE_PATTERN,
  };
  try {
    await registration.showNotification(i18next.t("notice.title"), options);
    return true;
  } catch {
    return false;
  }
}
