// Sixty alarms at once on the control page: how long its main thread was held by one task.
// `node tools/flood-bench.mjs [--runs 10]`. Every run is a new server, a new page and sixty devices that report at the same
// moment. Prints one JSON object with the longest task of each run in milliseconds: by the clock, and by the processor time
// it used, which other programs on the machine do not lengthen. TRACE=folder keeps Chromium's trace of every run.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { digest, option, pass, percentile, startBrowser, startServer } from "./bench-node.mjs";

const runs = option("runs", 10);
const ANKLES = 54;
const PHONES = 6;
const HOME = { lat: 37.7, lng: 127.306 };

const report = (n, event) => ({
  epoch: Math.floor(Date.now() / 1000), seq: "1", events: [`DEVICE_EVENT_${event}`], battery_percent: 9,
  fix: {
    place: { lat_e7: Math.round((HOME.lat + 0.002 * (n % 8)) * 1e7), lng_e7: Math.round((HOME.lng + 0.002 * Math.floor(n / 8)) * 1e7) },
    fixed_at_us: String(Date.now() * 1000), accuracy_mm: 8000, source: "FIX_SOURCE_GNSS",
  },
});

async function registered(server) {
  const facts = [];
  for (let n = 0; n < ANKLES; n += 1) {
    facts.push(
      { person_registered: { id: `w-${n}`, role: "ROLE_WEARER" } },
      { device_registered: { id: `a-${n}`, kind: "DEVICE_KIND_ANKLE", person_id: `w-${n}`, interval_s: 600, secret_sha256: digest } },
      { order_registered: { id: `o-${n}`, version: 1, kind: "EM_POST", legal_basis: "bench", wearer_id: `w-${n}`,
        starts_at_us: String((Date.now() - 86_400_000) * 1000), time_zone: "Asia/Seoul" } },
    );
  }
  for (let n = 0; n < PHONES; n += 1) {
    facts.push(
      { person_registered: { id: `p-${n}`, role: "ROLE_PROTECTED_PERSON" } },
      { device_registered: { id: `ph-${n}`, kind: "DEVICE_KIND_PHONE", person_id: `p-${n}`, interval_s: 600, secret_sha256: digest } },
    );
  }
  await server.register(facts);
}

// Of the page's main thread, from Chromium's own trace.
function longestTask(trace) {
  const events = JSON.parse(trace).traceEvents;
  const mains = new Set(events.filter((one) => one.name === "thread_name" && one.args.name === "CrRendererMain").map((one) => `${one.pid}/${one.tid}`));
  const tasks = events.filter((one) => one.ph === "X" && /RunTask$/.test(one.name) && mains.has(`${one.pid}/${one.tid}`));
  const most = (of) => Math.round(Math.max(0, ...tasks.map(of)) / 100) / 10;
  return { clock: most((one) => one.dur ?? 0), processor: most((one) => one.tdur ?? 0) };
}

async function run(n) {
  const server = await startServer();
  const browser = await startBrowser();
  try {
    await registered(server);
    const context = await browser.browser.newContext({ locale: "ko-KR", viewport: { width: 1600, height: 900 }, colorScheme: "dark", reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${server.origin}/control/#key=${await server.keyFor({ role: "control", agency_id: "monitoring" })}`);
    await page.locator("[data-link=live]").first().waitFor({ state: "attached", timeout: 20_000 });
    await page.getByRole("application").locator("canvas").first().waitFor({ timeout: 20_000 });
    await pass(1500);
    await browser.browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", ...(process.env.TRACE ? ["disabled-by-default-v8.cpu_profiler"] : [])] });
    await pass(1500); // the profiler's own start is none of the page's
    const sends = [];
    for (let one = 0; one < ANKLES; one += 1) sends.push(server.report(`a-${one}`, report(one, "LOW_BATTERY")));
    for (let one = 0; one < PHONES; one += 1) sends.push(server.report(`ph-${one}`, report(one * 9 + 4, "SOS")));
    await Promise.all(sends);
    await page.waitForFunction((all) => document.querySelector("[data-chip=new] b")?.textContent === String(all), ANKLES + PHONES, { timeout: 20_000 });
    await pass(1500);
    const trace = (await browser.browser.stopTracing()).toString();
    if (process.env.TRACE) fs.writeFileSync(path.join(process.env.TRACE, `flood-${n}.json`), trace);
    return longestTask(trace);
  } finally {
    await browser.end();
    server.end();
  }
}

const made = [];
for (let n = 0; n < runs; n += 1) {
  const one = await run(n);
  made.push(one);
  if (process.env.DEBUG) console.error(JSON.stringify(one));
}
const numbers = (what) => ({
  [`longest_task_${what}_ms`]: made.map((one) => one[what]),
  [`longest_task_${what}_p50_ms`]: percentile(made.map((one) => one[what]), 0.5),
  [`longest_task_${what}_max_ms`]: Math.max(...made.map((one) => one[what])),
});
console.log(JSON.stringify({
  load_average: Math.round(os.loadavg()[0] * 10) / 10, runs, alarms: ANKLES + PHONES, ...numbers("clock"), ...numbers("processor"),
}));
