// What her phone is told and what stays on it: outside of map mode no place ever reaches it, and after the session nothing of
// him is anywhere in the browser, down to the bytes of its profile.
import { chromium, type Page } from "@playwright/test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, HOME, Morning, PROTECTED, test, WEARER, type World } from "./world";

const NAME = "김가해";

// Every payload that reaches the page, of whatever kind.
function listen(page: Page): { texts: string[]; bytes: number[] } {
  const heard = { texts: [] as string[], bytes: [] as number[] };
  page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => {
      if (typeof payload === "string") heard.texts.push(payload);
      else heard.bytes.push(payload.length);
    }),
  );
  page.on("response", (response) => {
    if (!response.url().includes("/api/")) return;
    void response.text().then((text) => heard.texts.push(text), () => undefined);
  });
  return heard;
}

const mode = (world: World) => async (): Promise<string> => {
  const views = (await world.get("views", await world.keyOf("me")))["views"] as { protected_id: string; mode: string }[];
  return views.find((view) => view.protected_id === PROTECTED)?.mode ?? "none";
};

test("outside of map mode no coordinate reaches her phone, in no message of any kind", async ({ morning, world }) => {
  const context = await world.browserFor("me");
  const page = await context.newPage();
  const heard = listen(page);
  await world.enter(page, "me");
  await expect(page.locator("[data-link=live]").first()).toBeAttached();
  await morning.drive(1950, 700, 6, 250); // warned, then near the police distance, never within the map's
  await expect.poll(mode(world)).toBe("VIEW_MODE_DISTANCE");
  await expect(page.locator(".dial")).toBeVisible();
  await expect(page.locator(".numbers")).toContainText(/\d/);
  expect(heard.texts.some((text) => text.includes("distance_m"))).toBe(true);
  expect(heard.texts.filter((text) => /lat_e7|lng_e7|"lat"|"lng"|coordinates/.test(text))).toEqual([]);
  expect(heard.bytes.filter((size) => size > 16)).toEqual([]);
  expect(heard.texts.filter((text) => text.includes(NAME))).toEqual([]);
  await expect(page.getByRole("button", { name: "지도 보기" })).toHaveCount(0);

  await morning.drive(650, 500, 3, 250);
  await expect.poll(mode(world)).toBe("VIEW_MODE_MAP");
  await expect(page.getByRole("button", { name: "지도 보기" })).toBeVisible();
  expect(heard.texts.some((text) => text.includes("lat_e7"))).toBe(true);

  // Away again, and the place is not sent any more.
  await morning.drive(700, 900, 6, 250);
  await expect.poll(mode(world)).toBe("VIEW_MODE_DISTANCE");
  await expect(page.getByRole("button", { name: "지도 보기" })).toHaveCount(0);
  heard.texts.length = 0;
  await morning.drive(900, 1000, 3, 250);
  await expect.poll(() => heard.texts.some((text) => text.includes("distance_m"))).toBe(true);
  expect(heard.texts.filter((text) => /lat_e7|lng_e7/.test(text))).toEqual([]);
});

test("answers that hold anything of anybody may be kept by no cache", async ({ morning, world }) => {
  await morning.drive(1950, 500, 4, 50);
  const keeping: string[] = [];
  const context = await world.browserFor("me");
  const page = await context.newPage();
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/api/") && !/no-store/.test(response.headers()["cache-control"] ?? "")) keeping.push(pathname);
  });
  await world.enter(page, "me");
  await expect(page.locator(".dial")).toBeVisible();
  expect(keeping).toEqual([]);
});

// A profile on the disk, as on a real phone, so that what a browser keeps of its own accord is looked at as well.
test("after an approach nothing of him is on the phone: storage, caches, history, and every byte of the profile", async ({ morning, world }) => {
  test.setTimeout(90_000);
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "haechi-phone-"));
  const { launchOptions } = test.info().project.use;
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions, baseURL: world.server.origin, locale: "ko-KR", viewport: { width: 390, height: 844 },
    permissions: ["geolocation", "notifications"], geolocation: { latitude: HOME.lat, longitude: HOME.lng },
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const key = await world.keyOf("me");
    await page.goto("/me/");
    await page.locator("summary").click();
    await page.locator("#key").fill(key); // an address that held it would stand in the history
    await page.keyboard.press("Enter");
    await expect(page.locator("[data-link=live]").first()).toBeAttached();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await morning.drive(1950, 400, 6, 200);
    await page.getByRole("button", { name: "지도 보기" }).click();
    await expect(page.getByRole("application")).toBeVisible();
    const account = String((await world.get("me/capabilities", key))["account"]);
    await expect(page.locator("canvas.watermark")).toHaveAttribute("data-viewer", account); // a photograph of it names who took it
    await morning.drive(400, 300, 3, 200);
    expect(page.url()).toBe(`${world.server.origin}/me/`);
    expect(await page.evaluate(() => JSON.stringify(history.state))).toBe("null");

    const kept = await page.evaluate(async () => {
      const out: Record<string, string[]> = { local: [], session: [], caches: [], databases: [] };
      for (const [name, store] of [["local", localStorage], ["session", sessionStorage]] as const) {
        for (let n = 0; n < store.length; n += 1) out[name]?.push(`${store.key(n)}=${store.getItem(store.key(n) ?? "")}`);
      }
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) out["caches"]?.push(new URL(request.url).pathname);
      }
      for (const { name } of await indexedDB.databases()) out["databases"]?.push(name ?? "");
      return out;
    });
    expect(kept["session"]).toEqual([]);
    expect(kept["databases"]).toEqual([]);
    expect(kept["local"]?.filter((each) => !/^haechi\.(language|theme)=/.test(each))).toEqual([]);
    expect(kept["caches"]?.length).toBeGreaterThan(0);
    expect(kept["caches"]?.filter((each) => !/^\/me\/($|assets\/|[\w.-]+$)/.test(each))).toEqual([]);

    await context.close();
    expect(traces(profile, ["/me/"]).length).toBeGreaterThan(0); // the profile is read at all
    expect(traces(profile, [WEARER, NAME, "ankle-900", "order-900", "lat_e7", "distance_m", "KEEP_AWAY", "NEAR_"])).toEqual([]);
    expect(traces(path.join(profile, "Default", "History"), [key])).toEqual([]);
  } finally {
    await context.close().catch(() => undefined);
    fs.rmSync(profile, { recursive: true, force: true });
  }
});

// Files that hold one of the words, in the two encodings that browsers write.
function traces(root: string, words: string[]): string[] {
  const files = fs.statSync(root).isFile()
    ? [root]
    : fs.readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map((each) => path.join(each.parentPath, each.name));
  const found: string[] = [];
  for (const file of files) {
    // What was built is the same on every phone: words of the protocol stand in it.
    if (/Cache_Data|CacheStorage|Code Cache|ScriptCache/.test(file)) {
      const bytes = fs.readFileSync(file);
      for (const word of words.slice(0, 4)) if (bytes.includes(word)) found.push(`${word} in ${path.relative(root, file)}`);
      continue;
    }
    const bytes = fs.readFileSync(file);
    for (const word of words) {
      if (bytes.includes(word) || bytes.includes(Buffer.from(word, "utf16le"))) found.push(`${word} in ${path.relative(root, file)}`);
    }
  }
  return found;
}

test("the address, the title and the name of the installed app say nothing of what it is", async ({ morning, world }) => {
  void morning;
  const page = await world.open("me");
  for (const language of ["ko", "en"]) {
    await page.goto(`/me/?lang=${language}`);
    await expect(page.locator("[data-link=live]").first()).toBeAttached();
    const manifest = await page.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
      return link ? ((await (await fetch(link.href)).json()) as Record<string, string>) : null;
    });
    const said = `${page.url()} ${await page.title()} ${manifest?.["name"]} ${manifest?.["short_name"]}`;
    expect(said).not.toMatch(/haechi|해치|보호|피해|victim|police|경찰|alarm|safe|stalk|tracking|monitor/i);
  }
  void Morning;
});
