// The service worker: keeps the shell of the page so that it opens without a network, and shows a neutral notice when the
// server pushes. It never keeps an answer of the server, and knows nothing of anybody.
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import { notice as en } from "./words/en.json";
import { notice as ko } from "./words/ko.json";

declare const self: ServiceWorkerGlobalScope & { __WB_DISABLE_DEV_LOGS: boolean };
declare const __SHELL__: { url: string; revision: string }[];

self.__WB_DISABLE_DEV_LOGS = true;
const SCOPE = "/me/";

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
  const notice = self.navigator.language.startsWith("ko") ? ko : en;
  const icon = `${SCOPE}icon-192.png`;
  event.waitUntil(self.registration.showNotification(notice.title, { body: notice.body, tag: "m", icon, badge: icon }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

async function open(): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((each) => new URL(each.url).pathname.startsWith(SCOPE));
  if (page) await page.focus();
  else await self.clients.openWindow(SCOPE);
}
