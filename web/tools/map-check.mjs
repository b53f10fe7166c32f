// Tries the map in Chromium with both engines: choosing, drawing by mouse and keys, pinching, bases that work and that do not,
// lost graphics, a stuck map. Prints a line per thing tried and "N passed, N failed". Usage: node tools/map-check.mjs
import { chromium } from "playwright";
import { startMapPage } from "./map-page.mjs";

const kArguments = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"];
const kDot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg==",
  "base64",
);
const kConfig = {
  base: [
    { id: "builtin", kind: "builtin" },
    { id: "good", kind: "raster", url: "/tiles/{z}/{x}/{y}.png", attribution: "© good" },
    { id: "bad", kind: "raster", url: "/nothing/{z}/{x}/{y}.png" },
    { id: "style", kind: "style", url: "/nothing/style.json" },
    { id: "wrong", kind: "globe" },
  ],
  default: "builtin",
};
let passed = 0;
let failed = 0;
let tilesAsked = 0;

function expect(what, holds, found = "") {
  if (holds) passed += 1;
  else failed += 1;
  console.log(holds ? "passed:" : "FAILED:", what, holds ? "" : JSON.stringify(found));
}

// Waits until the page says so; answers what it said last.
async function until(page, ask, argument, ms = 8000) {
  const end = Date.now() + ms;
  let said = await page.evaluate(ask, argument);
  while (!said && Date.now() < end) {
    await page.waitForTimeout(50);
    said = await page.evaluate(ask, argument);
  }
  return said;
}

const served = await startMapPage({
  files: { "/config/map.json": kConfig },
  more: (name, _request, response) => {
    if (!name.startsWith("/tiles/")) return false;
    tilesAsked += 1;
    response.setHeader("Content-Type", "image/png");
    response.end(kDot);
    return true;
  },
});
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: kArguments });

async function open(query, options = {}) {
  const page = await browser.newPage({ viewport: { width: 900, height: 600 }, ...options });
  page.on("pageerror", (error) => expect("no error in the page", false, error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) expect("nothing against the content policy", false, message.text());
  });
  await page.goto(`${served.address}/?lang=en&${query}`);
  await until(page, () => (window.bench?.map?.stats().draws ?? 0) > 2, null, 20_000);
  await page.waitForTimeout(500);
  return page;
}

const engineOf = (page) => page.evaluate(() => window.bench.map.stats().engine);
const engineIs = (page, name) => until(page, (wanted) => window.bench.map.stats().engine === wanted, name, 20_000);
const notice = (page, words) => until(page, (wanted) => document.querySelector(".mapview-bars")?.textContent?.includes(wanted), words);

async function drawing(page, kind, how) {
  await page.evaluate((wanted) => {
    window.drawn = undefined;
    void window.bench.map.draw(wanted).then((corners) => (window.drawn = { corners }));
  }, kind);
  await page.waitForTimeout(400);
  await how();
  return (await until(page, () => window.drawn))?.corners;
}

async function tryDrawing(page, engine) {
  const pause = () => page.waitForTimeout(400); // two clicks at once would be a double click
  const byMouse = await drawing(page, "polygon", async () => {
    for (const [x, y] of [[200, 200], [400, 180], [420, 330]]) {
      await page.mouse.click(x, y);
      await pause();
    }
    await page.getByRole("button", { name: "Finish" }).click();
  });
  expect(`${engine}: a polygon by mouse`, byMouse?.length === 3, byMouse);
  const closed = await drawing(page, "polygon", async () => {
    for (const [x, y] of [[200, 200], [400, 180], [420, 330], [202, 201]]) {
      await page.mouse.click(x, y);
      await pause();
    }
  });
  expect(`${engine}: a polygon ended at its first corner`, closed?.length === 3, closed);
  const line = await drawing(page, "line", async () => {
    await page.mouse.click(250, 250);
    await pause();
    await page.mouse.dblclick(350, 300);
  });
  expect(`${engine}: a line ended by a double click`, line?.length === 2, line);
  const keys = ["Enter", "Shift+ArrowRight", "Enter", "Shift+ArrowDown", "Enter", "Shift+ArrowLeft", "Enter", "Backspace", "Enter", "Enter"];
  const byKeys = await drawing(page, "polygon", async () => {
    for (const key of keys) await page.keyboard.press(key);
  });
  expect(`${engine}: a polygon by keys`, byKeys?.length === 4, byKeys);
  const nothing = await drawing(page, "polygon", async () => {
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
  });
  expect(`${engine}: Escape gives up`, nothing === null, nothing);
}

async function tryBases(page, engine) {
  await page.getByRole("button", { name: "Map settings" }).click();
  const draws = await page.evaluate(() => window.bench.map.stats().draws);
  tilesAsked = 0;
  await page.getByLabel("good").click();
  await page.waitForTimeout(2000);
  expect(`${engine}: raster tiles are fetched`, tilesAsked > 3, tilesAsked);
  expect(`${engine}: their source is named`, (await page.getByText("© good").count()) === 1);
  await page.getByLabel("bad").click();
  expect(`${engine}: a base that fails is said`, await notice(page, "could not be loaded"));
  expect(`${engine}: and the built-in map is back`, await page.getByLabel("Built-in map").isChecked());
  await page.getByLabel("style").click();
  const words = engine === "canvas" ? "needs WebGL" : "could not be loaded";
  expect(`${engine}: a style that cannot be had is said`, await notice(page, words));
  const later = await page.evaluate(() => window.bench.map.stats().draws);
  expect(`${engine}: tracks were drawn all the while`, later - draws >= 3, later - draws);
}

const loseContext = (page) =>
  page.evaluate(() =>
    document.querySelector(".mapview-gl canvas").getContext("webgl2").getExtension("WEBGL_lose_context").loseContext());

try {
  for (const engine of ["canvas", "webgl"]) {
    const page = await open(`n=300&z=14&c=127.39,36.35&scene=1&map=${engine}`);
    expect(`${engine}: is the one asked for`, (await engineOf(page)) === engine);
    const at = await page.evaluate(() => {
      const y = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
      const size = 512 * 2 ** 14;
      return [(820 / 89000 / 360) * size + 450, (y(36.35 - 860 / 111000) - y(36.35)) * size + 300];
    });
    await page.mouse.click(at[0], at[1]);
    expect(`${engine}: a mark is picked`, (await page.evaluate(() => window.bench.picked.at(-1))) === "w3");
    await page.mouse.click(60, 60);
    expect(`${engine}: bare ground picks nobody`, (await page.evaluate(() => window.bench.picked.at(-1))) === null);
    await tryDrawing(page, engine);
    await tryBases(page, engine);
    if (engine === "webgl") {
      await loseContext(page);
      await page.waitForTimeout(3000);
      expect("webgl: is built again after a loss", (await engineOf(page)) === "webgl" && (await page.locator(".mapview-gl canvas").count()) === 1);
      await loseContext(page);
      expect("webgl: gives way after a second loss", await engineIs(page, "canvas"));
    }
    await page.close();
  }

  const stuck = await open("n=300&z=7&map=webgl");
  await stuck.evaluate(() => {
    window.requestAnimationFrame = () => 1;
  });
  expect("a stuck map says so", await notice(stuck, "Map display delayed"));
  expect("and changes its engine", (await until(stuck, () => window.bench.map.stats().engine === "canvas", null, 15_000)) === true);
  await stuck.close();

  const phone = await open("n=0&z=10&scene=1&simple=1", { viewport: { width: 390, height: 700 }, hasTouch: true });
  expect("without a graphics card the light map is chosen", (await engineOf(phone)) === "canvas");
  const scale = () => phone.locator(".mapview-scale").textContent();
  const before = await scale();
  const touches = await phone.context().newCDPSession(phone);
  for (let i = 0; i <= 10; i += 1) {
    const apart = 40 + i * 14;
    const touchPoints = [{ x: 195 - apart, y: 350, id: 0 }, { x: 195 + apart, y: 350, id: 1 }];
    await touches.send("Input.dispatchTouchEvent", { type: i === 0 ? "touchStart" : "touchMove", touchPoints });
  }
  await touches.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await phone.waitForTimeout(1200);
  const pinched = await scale();
  expect("pinching zooms", before !== pinched, [before, pinched]);
  await phone.locator(".mapview").focus();
  for (let i = 0; i < 4; i += 1) await phone.keyboard.press("-");
  await phone.waitForTimeout(1500);
  expect("keys zoom", (await scale()) !== pinched);
  await phone.close();
} finally {
  await browser.close();
  served.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
