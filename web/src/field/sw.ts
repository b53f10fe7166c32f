// The service worker: keeps the shell so that the terminal opens without a network, and the base map of the country. It
// never keeps an answer of the server about anybody.
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";

declare const self: ServiceWorkerGlobalScope & { __WB_DISABLE_DEV_LOGS: boolean };
declare const __SHELL__: { url: string; revision: string }[];

self.__WB_DISABLE_DEV_LOGS = true;
const MAP_CACHE = "base-map-1";

precacheAndRoute(__SHELL__, { ignoreURLParametersMatching: [/^lang$/] });
cleanupOutdatedCaches();

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The shapes of districts and the choice of maps; with a network always the newest.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (!/^\/map\/[a-z]+\.json$/.test(pathname) && pathname !== "/config/map.json") return;
  event.respondWith(baseMap(request));
});

async function baseMap(request: Request): Promise<Response> {
  const cache = await caches.open(MAP_CACHE);
  try {
    const fresh = await fetch(request);
    if (fresh.status === 200) await cache.put(request, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}
