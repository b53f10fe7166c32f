// From a device's report to the pixels of the field terminal and of the protected person's app:
// `node tools/screen-latency.mjs [--samples 200]`. He moves by fifty metres; each screen's distance changes; the moment is
// that of the first frame after the change. Prints one JSON object, milliseconds from sending and from acceptance.
import os from "node:os";
import { option, pass, percentile, SECRET, startBrowser, startServer } from "./bench-node.mjs";

const samples = option("samples", 200);
const HOME = { lat: 37.7, lng: 127.206 };
const south = (m) => ({ lat: HOME.lat - m / 111_195, lng: HOME.lng });
const CHANGE_MS_MAX = 10_000;

let seq = 0;
const report = (spot) => ({
  epoch: Math.floor(Date.now() / 1000), seq: String((seq += 1)),
  fix: {
    place: { lat_e7: Math.round(spot.lat * 1e7), lng_e7: Math.round(spot.lng * 1e7) }, fixed_at_us: String(Date.now() * 1000),
    accuracy_mm: 5000, source: "FIX_SOURCE_GNSS",
  },
});

// In the page: the newest distance and when the frame that shows it began.
function watch(selector) {
  const read = () => {
    const node = [...document.querySelectorAll(selector)].at(-1); // the car may be sent to her: he comes last
    return node ? (node.getAttribute("data-distance") ?? node.textContent) : null;
  };
  window.shown = [{ value: read(), atMs: 0 }];
  new MutationObserver(() => {
    const value = read();
    if (value === null || value === window.shown.at(-1).value) return;
    const entry = { value, atMs: Number.POSITIVE_INFINITY };
    window.shown.push(entry);
    requestAnimationFrame((at) => (entry.atMs = performance.timeOrigin + at));
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}

const server = await startServer();
const browser = await startBrowser();
try {
  await server.put("agencies/station", { name: "station", desk: "DESK_BUILT_IN" });
  await server.put("jurisdictions/area", { agency_id: "station", shape: { circle: { centre: report(HOME).fix.place, radius_mm: 25_000_000 } } });
  await server.put("persons/him", { role: "ROLE_WEARER" });
  await server.put("persons/her", { role: "ROLE_PROTECTED_PERSON" });
  await server.put("units/car", { agency_id: "station", call_sign: "순21" });
  for (const [id, kind, holder] of [["ankle", "ANKLE", { person_id: "him" }], ["phone", "PHONE", { person_id: "her" }], ["receiver", "VEHICLE", { unit_id: "car" }]]) {
    await server.put(`devices/${id}`, { kind: `DEVICE_KIND_${kind}`, ...holder, interval_s: 30, secret: SECRET });
  }
  await server.put("orders/order", {
    kind: "ST_PROV_3_2", legal_basis: "bench", wearer_id: "him", starts_at_us: String((Date.now() - 86_400_000) * 1000),
    conditions: [{ id: "keep-away", keep_away: { protected_id: "her" } }],
  });
  await server.report("phone", report(HOME));
  await server.report("receiver", report({ lat: HOME.lat + 0.01, lng: HOME.lng }));
  for (let m = 2400; m >= 900; m -= 100) {
    await server.report("ankle", report(south(m)));
    await pass(100);
  }

  const open = async (surface, wish, selector, size) => {
    const context = await browser.browser.newContext({ locale: "ko-KR", viewport: size });
    const page = await context.newPage();
    await page.goto(`${server.origin}/${surface}/#key=${await server.keyFor(wish)}`);
    await page.locator(selector).first().waitFor({ timeout: 20_000 });
    await page.evaluate(watch, selector);
    return page;
  };
  const screens = {
    field: await open("field", { role: "unit", unit_id: "car", agency_id: "" }, "[data-distance]", { width: 412, height: 915 }),
    me: await open("me", { role: "protected_person", person_id: "her" }, ".numbers > :first-child dd", { width: 390, height: 844 }),
  };

  const taken = { field: [], me: [] };
  const missed = { field: 0, me: 0 };
  const refresh = setInterval(() => {
    for (const [id, spot] of [["phone", HOME], ["receiver", { lat: HOME.lat + 0.01, lng: HOME.lng }]]) void server.report(id, report(spot)).catch(() => undefined);
  }, 10_000);
  let metres = 900;
  let step = -50;
  for (let n = 0; n < samples; n += 1) {
    metres += step;
    if (metres <= 350 || metres >= 900) step = -step;
    const before = {};
    for (const [name, page] of Object.entries(screens)) before[name] = await page.evaluate(() => window.shown.length);
    const sent = await server.report("ankle", report(south(metres)));
    for (const [name, page] of Object.entries(screens)) {
      const at = await page
        .waitForFunction((length) => window.shown.length > length && window.shown[length].atMs < Infinity && window.shown[length].atMs, before[name], { timeout: CHANGE_MS_MAX, polling: 20 })
        .then((handle) => handle.jsonValue(), () => null);
      if (process.env.DEBUG) console.error(name, metres, await page.evaluate(() => JSON.stringify(window.shown)), await page.locator("body").innerText().then((t) => t.slice(0, 200)));
      if (at === null) missed[name] += 1;
      else taken[name].push({ sent: at - sent.sentMs, accepted: at - sent.acceptedMs });
    }
    await pass(200 + Math.random() * 500); // out of step with the server's own rhythm
  }
  clearInterval(refresh);
  const summary = (name) => ({
    samples: taken[name].length, missed: missed[name],
    ...Object.fromEntries(["sent", "accepted"].flatMap((from) => [0.5, 0.95, 0.99].map((share) =>
      [`from_${from}_p${share * 100}_ms`, percentile(taken[name].map((one) => one[from]), share)]))),
  });
  console.log(JSON.stringify({ load_average: Math.round(os.loadavg()[0] * 10) / 10, field: summary("field"), me: summary("me") }));
} finally {
  await browser.end();
  server.end();
}
