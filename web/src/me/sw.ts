// The service worker: keeps the shell of the page so that it opens without a network, and shows a neutral notice when the
// server pushes. It never keeps an answer of the server, and knows nothing of anybody but the id of a notification.
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import { notice as en } from "./words/en.json";
import { notice as ko } from "./words/ko.json";

declare const self: ServiceWorkerGlobalScope & { __WB_DISABLE_DEV_LOGS: boolean };
declare const __SHELL__: { url: string; revision: string }[];

self.__WB_DISABLE_DEV_LOGS = true;
const SCOPE = "/me/";
const TAG = "m";

// The map is of no use without the server, and large: a phone with a poor line is spared it.
const LAZY = /\/assets\/(map|maplibre|pmtiles)/;
precacheAndRoute(
  __SHELL__.filter(({ url }) => !LAZY.test(url)),
  { ignoreURLParametersMatching: [/^lang$/] },
);
cleanupOutdatedCaches();

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const id = idOf(event.data);
  event.waitUntil(Promise.all([show(id), tell(id, "DELIVERED")]));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(Promise.all([open(), tell((event.notification.data as { id?: string } | null)?.id ?? "", "OPENED")]));
});

function idOf(data: PushMessageData | null): string {
  try {
    return String((data?.json() as { id?: unknown } | undefined)?.id ?? "");
  } catch {
    return "";
  }
}

// One at a time; what is sent twice does not buzz twice.
async function show(id: string): Promise<void> {
  const notice = self.navigator.language.startsWith("ko") ? ko : en;
  const icon = `${SCOPE}icon-192.png`;
  const shown = await self.registration.getNotifications({ tag: TAG });
  const again = shown.some((one) => (one.data as { id?: string } | null)?.id === id);
  // `renotify` is missing from the type.
  const options = { body: notice.body, tag: TAG, icon, badge: icon, data: { id }, renotify: !again };
  await self.registration.showNotification(notice.title, options);
}

// That it came, or that she opened it: else she is told another way. Where that does not get through, she is.
async function tell(id: string, state: "DELIVERED" | "OPENED"): Promise<void> {
  if (!id) return;
  await fetch(`/api/v1/me/notifications/${encodeURIComponent(id)}`, {
    method: "POST",
    body: JSON.stringify({ state: `NOTIFICATION_STATE_${state}` }),
    headers: { "content-type": "application/json", "Haechi-Surface": "me" },
    cache: "no-store",
  }).catch(() => undefined);
}

async function open(): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((each) => new URL(each.url).pathname.startsWith(SCOPE));
  if (page) await page.focus();
  else await self.clients.openWindow(SCOPE);
}
