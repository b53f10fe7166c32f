// The control page with thousands of moving wearers: `node tools/scale-bench.mjs [--wearers 5000] [--seconds 20]`. The real
// server, real MQTT devices once a second each, the real page at 1600x900. Prints one JSON object.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { cpuSeconds, digest, lineOf, option, pass, percentile, SECRET, startBrowser, startLoad, startServer } from "./bench-node.mjs";

const wearers = option("wearers", 5000);
const seconds = option("seconds", 20);
const BINARY_HEADER = 16;
const BINARY_RECORD = 32;

// In the page, before its own scripts: when each frame of places came, and when the map had drawn after it.
function instrument() {
  const seen = { frames: 0, places: 0, draws: [], latencies: [], waiting: 0, coalesced: 0, longest: 0, connected: 0 };
  window.seen = seen;
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...words) {
      super(...words);
      seen.connected += 1;
      this.addEventListener("message", (event) => {
        if (typeof event.data === "string") return;
        const places = (event.data.byteLength - 16) / 32;
        if (places < 1) return;
        seen.frames += 1;
        seen.places += places;
        if (seen.waiting) seen.coalesced += 1;
        else seen.waiting = performance.now();
      });
    }
  };
  let ending = false;
  const drawn = () => {
    if (ending) return;
    ending = true;
    queueMicrotask(() => { // after the drawing function has returned
      ending = false;
      const now = performance.now();
      seen.draws.push(now);
      if (seen.waiting) seen.latencies.push(now - seen.waiting);
      seen.waiting = 0;
    });
  };
  const hook = (prototype, name) => {
    const real = prototype[name];
    prototype[name] = function (...words) {
      if (this.canvas.closest?.("[role=application]")) drawn();
      return real.apply(this, words);
    };
  };
  for (const name of ["clearRect", "drawImage", "putImageData", "fill"]) hook(CanvasRenderingContext2D.prototype, name);
  for (const name of ["drawArrays", "drawElements"]) hook(WebGL2RenderingContext.prototype, name);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration);
  }).observe({ entryTypes: ["longtask"] });
}

const server = await startServer();
const browser = await startBrowser();
let load = null;
try {
  const names = Array.from({ length: wearers }, (_, n) => String(n).padStart(5, "0"));
  await server.register(names.flatMap((n) => [
    { person_registered: { id: `w-${n}`, role: "ROLE_WEARER" } },
    { device_registered: { id: `d-${n}`, kind: "DEVICE_KIND_ANKLE", person_id: `w-${n}`, interval_s: 5, secret_sha256: digest } },
  ]));
  const devices = path.join(server.folder, "devices.txt");
  fs.writeFileSync(devices, names.map((n) => `d-${n} ${SECRET}\n`).join(""));
  load = startLoad("walk", "--port", server.mqttPort, "--devices", devices, "--seconds", String(seconds + 90));
  await lineOf(load, '{"walking"');

  const page = await browser.browser.newPage({ viewport: { width: 1600, height: 900 }, locale: "ko-KR" });
  const broken = [];
  page.on("pageerror", (error) => broken.push(error.message));
  await page.addInitScript(instrument);
  await page.goto(`${server.origin}/control/#key=${await server.keyFor({ role: "control", agency_id: "bench" })}`);
  await page.waitForFunction((n) => window.seen.places >= 2 * n, wearers, { timeout: 60_000 });
  await page.locator("[role=application] canvas").first().waitFor();
  await pass(3000);

  await page.evaluate(() => Object.assign(window.seen, { frames: 0, places: 0, draws: [], latencies: [], waiting: 0, coalesced: 0, longest: 0 }));
  const [before, serverBefore, from] = [cpuSeconds(browser.pid), cpuSeconds(server.pid), performance.now()];
  await pass(seconds * 1000);
  const took = (performance.now() - from) / 1000;
  const [after, serverAfter] = [cpuSeconds(browser.pid), cpuSeconds(server.pid)];
  const still = await page.evaluate(() => window.seen);
  const shownTracked = await page.locator("[data-chip=tracked]").innerText();
  const share = (kind) => Math.round(((after[kind] ?? 0) - (before[kind] ?? 0)) / took * 100);
  const shot = process.argv.indexOf("--shot");
  if (shot > 0) await page.screenshot({ path: process.argv[shot + 1] });
  const gaps = still.draws.slice(1).map((at, n) => at - still.draws[n]);

  await page.evaluate(() => Object.assign(window.seen, { draws: [] }));
  const box = await page.locator("[role=application]").boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const panFrom = performance.now();
  for (let step = 0; performance.now() - panFrom < 4000; step += 1) await page.mouse.move(x + 200 * Math.sin(step / 12), y + 120 * Math.cos(step / 9));
  await page.mouse.up();
  const panned = (performance.now() - panFrom) / 1000;
  const panDraws = await page.evaluate(() => window.seen.draws.length);

  console.log(JSON.stringify({
    load_average: Math.round(os.loadavg()[0] * 10) / 10, wearers, seconds: Math.round(took), shown: shownTracked.replace(/\s+/g, " "),
    engine: await page.locator("[role=application]").evaluate((map) => map.querySelector("canvas")?.className ?? ""),
    frames_per_s: Math.round(still.frames / took * 10) / 10, places_per_s: Math.round(still.places / took),
    kilobytes_per_s: Math.round((still.frames * BINARY_HEADER + still.places * BINARY_RECORD) / took / 1000),
    renderer_cpu_percent: share("renderer"), gpu_process_cpu_percent: share("gpu-process"),
    server_cpu_percent: Math.round(((serverAfter.main ?? 0) - (serverBefore.main ?? 0)) / took * 100),
    frame_to_draw_p50_ms: percentile(still.latencies, 0.5), frame_to_draw_p95_ms: percentile(still.latencies, 0.95),
    frame_to_draw_max_ms: percentile(still.latencies, 1), draws: still.draws.length, frames_drawn_together: still.coalesced,
    ticks_dropped: gaps.filter((gap) => gap > 1000).length, longest_gap_ms: Math.round(Math.max(0, ...gaps)),
    longest_task_ms: Math.round(still.longest), pan_fps: Math.round(panDraws / panned * 10) / 10,
    reconnects: still.connected - 1, broken,
  }));
} finally {
  load?.kill("SIGKILL");
  await browser.end();
  server.end();
}
