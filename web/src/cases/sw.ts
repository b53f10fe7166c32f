// The service worker: shows a neutral notice when the server pushes. It keeps no file and no answer of the server.
import { answerPushes } from "../kit/pushed";
import { notice as en } from "./words/en.json";
import { notice as ko } from "./words/ko.json";

declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
answerPushes({ worker: self, surface: "cases", words: { ko, en } });
