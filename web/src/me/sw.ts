// The service worker: keeps the shell of the page so that it opens without a network, and shows a neutral notice when the
// server pushes. It never keeps an answer of the server, and knows nothing of anybody but the id of a notification.
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import { answerPushes } from "../kit/pushed";
import { notice as en } from "./words/en.json";
import { notice as ko } from "./words/ko.json";

declare const self: ServiceWorkerGlobalScope & { __WB_DISABLE_DEV_LOGS: boolean };
declare const __SHELL__: { url: string; revision: string }[];

self.__WB_DISABLE_DEV_LOGS = true;

// The map is of no use without the server, and large: a phone with a poor line is spared it.
const LAZY = /\/assets\/(map|maplibre|pmtiles)/;
precacheAndRoute(
  __SHELL__.filter(({ url }) => !LAZY.test(url)),
  { ignoreURLParametersMatching: [/^lang$/] },
);
cleanupOutdatedCaches();

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

answerPushes({ worker: self, surface: "me", icon: "icon-192.png", words: { ko, en } });
