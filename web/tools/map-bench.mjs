// How much the map costs: Chromium at 1600x900, synthetic tracks that all move once a second through the track store.
// Prints per engine and number of tracks: CPU of the renderer process in percent of one core (and of the graphics
// process), time from message to drawn (p50/p95), and frames per second while the map is dragged.
// Usage: node tools/map-bench.mjs [--tracks 5000,20000] [--engines webgl,canvas] [--seconds 12] [--zoom 9.5]
import { chromium } from "playwright";
import { startMapPage } from "./map-page.mjs";

const kArguments = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : otherwise;
}

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

// Seconds of processor time since the start, by kind of process.
async function processorTime(session) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sum = { renderer: 0, GPU: 0 };
  for (const { type, cpuTime } of processInfo) if (type in sum) sum[type] += cpuTime;
  return sum;
}

async function drag(page, seconds) {
  const before = await page.evaluate(() => window.bench.map.stats().draws);
  const from = Date.now();
  await page.mouse.move(800, 450);
  await page.mouse.down();
  let angle = 0;
  while (Date.now() - from < seconds * 1000) {
    angle += 0.06;
    await page.mouse.move(800 + Math.sin(angle) * 420, 450 + Math.sin(angle * 0.7) * 260);
  }
  await page.mouse.up();
  const passed = (Date.now() - from) / 1000;
  return (await page.evaluate(() => window.bench.map.stats().draws) - before) / passed;
}

async function measure(address, engine, n, seconds, zoom) {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: kArguments });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    const session = await browser.newBrowserCDPSession();
    await page.goto(`${address}/?n=${n}&map=${engine}&z=${zoom}&c=127.3,36.5&alarmed=8`);
    await page.waitForFunction(() => (window.bench?.map?.stats().draws ?? 0) > 2, null, { timeout: 30_000 });
    await page.waitForTimeout(4000);
    const skipped = await page.evaluate(() => window.bench.map.stats().drawLatencyMs.length);
    const before = await processorTime(session);
    await page.waitForTimeout(seconds * 1000);
    const after = await processorTime(session);
    const stats = await page.evaluate(() => window.bench.map.stats());
    const latencies = stats.drawLatencyMs.slice(skipped);
    const fps = await drag(page, 6);
    return {
      engine: stats.engine,
      n,
      renderer: ((after.renderer - before.renderer) / seconds) * 100,
      gpu: ((after.GPU - before.GPU) / seconds) * 100,
      p50: percentile(latencies, 0.5),
      p95: percentile(latencies, 0.95),
      samples: latencies.length,
      fps,
    };
  } finally {
    await browser.close();
  }
}

const page = await startMapPage({ files: { "/config/map.json": { base: [{ id: "builtin", kind: "builtin" }], default: "builtin" } } });
try {
  const seconds = Number(option("seconds", "12"));
  console.log("engine | tracks | renderer CPU % | graphics CPU % | message→draw p50 / p95 ms | pan fps | samples");
  for (const engine of option("engines", "webgl,canvas").split(",")) {
    for (const n of option("tracks", "0,5000,20000").split(",").map(Number)) {
      const one = await measure(page.address, engine, n, seconds, option("zoom", "9.5"));
      const cells = [one.engine, n, one.renderer.toFixed(0), one.gpu.toFixed(0), `${one.p50.toFixed(0)} / ${one.p95.toFixed(0)}`, one.fps.toFixed(1), one.samples];
      console.log(cells.join(" | "));
    }
  }
} finally {
  page.close();
}
