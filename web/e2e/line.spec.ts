// The line of every screen: a dead one is loud, a new one brings everything that was missed exactly once.
import type { CDPSession, Page } from "@playwright/test";
import { expect, SURFACES, type Surface, test } from "./world";

const chip = (page: Page) => page.locator("[data-link]").first();
// The bar of a dead line; her app says it as its one sentence.
const loud = (page: Page) => page.locator(".link-bar, .state-link_lost [role=alert]");
const isLive = (page: Page) => expect(chip(page)).toHaveAttribute("data-link", "live", { timeout: 15_000 });
const isLost = (page: Page) => expect(chip(page)).not.toHaveAttribute("data-link", "live", { timeout: 20_000 });

test("a killed server is loud on all four screens within five seconds, and they all come back by themselves", async ({ morning, world }) => {
  void morning;
  const pages = new Map<Surface, Page>();
  for (const surface of SURFACES) pages.set(surface, await world.open(surface));
  await world.server.kill();
  const killedAt = Date.now();
  for (const [surface, page] of pages) {
    await expect(loud(page), surface).toBeVisible({ timeout: 6000 });
    await expect(chip(page), surface).not.toHaveAttribute("data-link", "live");
  }
  expect(Date.now() - killedAt).toBeLessThan(7000);
  await world.server.begin();
  for (const [, page] of pages) await isLive(page);
  for (const [surface, page] of pages) {
    await expect(loud(page), surface).toHaveCount(0);
  }
});

// How the clock of the day goes on a screen's machine: as it should, or hours ahead and then, while the line is dead, hours behind.
for (const [machine, aheadMs, setBackMs] of [
  ["whose clock is right", 0, 0],
  ["whose clock is wrong and is set back meanwhile", 3 * 3_600_000, 6 * 3_600_000],
] as const) {
  test(`on a machine ${machine} a line that is open and dead is loud on all four screens within ten seconds`, async ({ morning, world }) => {
    const pages = new Map<Surface, Page>();
    for (const surface of SURFACES) {
      const context = await world.browserFor(surface);
      await context.addInitScript((ahead) => {
        const now = Date.now.bind(Date);
        const away = { ms: ahead };
        Object.assign(globalThis, { setClock: (ms: number) => (away.ms = ms) });
        Date.now = () => now() + away.ms;
      }, aheadMs);
      const page = await context.newPage();
      await world.enter(page, surface);
      await isLive(page);
      pages.set(surface, page);
    }
    // Half-way between two heartbeats, or whenever it is: what counts is when nothing more comes.
    await morning.both(2500);
    world.server.stand();
    const stoodAt = Date.now();
    try {
      for (const [, page] of pages) await page.evaluate((ms) => (globalThis as unknown as { setClock(ms: number): void }).setClock(ms), aheadMs - setBackMs);
      for (const [surface, page] of pages) await expect(loud(page), surface).toBeVisible({ timeout: Math.max(1, stoodAt + 10_000 - Date.now()) });
      for (const [surface, page] of pages) await expect(chip(page), surface).not.toHaveAttribute("data-link", "live");
    } finally {
      world.server.goOn();
    }
    for (const [surface, page] of pages) {
      await isLive(page);
      await expect(loud(page), surface).toHaveCount(0);
    }
  });
}

test("what happened while a screen had no network is there once when it has it again", async ({ morning, world }) => {
  const page = await world.open("control");
  const seen: string[] = [];
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      if (typeof payload === "string") seen.push(payload);
    });
  });
  await page.context().setOffline(true);
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
  await isLost(page);
  await morning.both(1900);
  await morning.both(1800);
  await page.context().setOffline(false);
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await isLive(page);
  await expect.poll(() => seen.filter((text) => text.includes("ALERT_KIND_NEAR_WARN")).length).toBeGreaterThan(0);
  const resumed = seen.map((text) => JSON.parse(text) as { resumed?: { recovered?: boolean } }).find((one) => one.resumed);
  expect(resumed?.resumed?.recovered).toBe(true);
  const raised = new Map<string, number>();
  for (const text of seen) {
    const message = JSON.parse(text) as { cursor?: string; alert?: { id: string; state: string } };
    if (message.cursor && message.alert) raised.set(message.cursor, (raised.get(message.cursor) ?? 0) + 1);
  }
  expect([...raised.values()].every((times) => times === 1)).toBe(true);
});

test("a socket that the server closes is a new line within two seconds, from where the old one ended", async ({ morning, world }) => {
  const lines: string[] = [];
  const context = await world.browserFor("control");
  const page = await context.newPage();
  page.on("websocket", (socket) => lines.push(socket.url()));
  // Between page and server stands a relay that can be cut, as a proxy that restarts does it.
  const cuts: (() => Promise<void>)[] = [];
  await page.routeWebSocket(/\/live\?/, (ws) => {
    const server = ws.connectToServer();
    cuts.push(async () => {
      await server.close({ code: 1001 });
      await ws.close({ code: 1001 });
    });
  });
  await world.enter(page, "control");
  await isLive(page);
  await morning.both(1900);
  await cuts[0]?.();
  const cutAt = Date.now();
  await expect.poll(() => cuts.length, { timeout: 5000 }).toBeGreaterThan(1);
  expect(Date.now() - cutAt).toBeLessThan(2000);
  await isLive(page);
});

test("an alert is one card in every tab: told again after a cut, after a reload, in a second tab, after the server has died", async ({ morning, world }) => {
  const first = await world.open("control");
  await morning.drive(2500, 900, 4, 50);
  const kinds = ["NEAR_POLICE", "NEAR_WARN"];
  const cards = (page: Page) => page.locator("[data-alert]").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-alert") ?? "").sort());
  const known = async () => ((await world.get("alerts?limit=1000"))["alerts"] as { alert: { id: string; kind: string } }[]).map((one) => one.alert);
  await expect.poll(async () => (await known()).map((alert) => alert.kind.replace("ALERT_KIND_", "")).sort()).toEqual(kinds);
  const ids = (await known()).map((alert) => alert.id).sort();
  await expect.poll(() => cards(first)).toEqual(ids);
  const second = await first.context().newPage();
  await second.goto("/control/");
  await isLive(second);
  await expect.poll(() => cards(second)).toEqual(ids);
  for (let times = 0; times < 3; times += 1) {
    await first.reload();
    await isLive(first);
    await expect.poll(() => cards(first)).toEqual(ids);
  }
  await first.context().setOffline(true);
  await world.server.kill();
  for (const page of [first, second]) await isLost(page);
  await world.server.begin();
  await first.context().setOffline(false);
  await morning.both(880); // the alerts that are open are told of again
  for (const page of [first, second]) {
    await isLive(page);
    await expect.poll(() => cards(page)).toEqual(ids);
  }
});

test("signing out of her app leaves nothing behind it", async ({ morning, world }) => {
  await morning.both(1500);
  const page = await world.open("me");
  const [answer] = await Promise.all([
    page.waitForResponse((one) => one.request().method() === "DELETE"),
    page.evaluate(() => fetch("/api/v1/session", { method: "DELETE", headers: { "Haechi-Surface": "me" } }).then(() => undefined)),
  ]);
  expect(await answer.headerValue("clear-site-data")).toBe('"cache", "storage"');
  expect(await page.context().cookies()).toEqual([]);
  await page.reload();
  await expect(page.locator("#account")).toBeVisible();
});
