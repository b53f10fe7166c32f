import { test, SURFACES } from "./world";
for (const surface of SURFACES) test(`scratch ${surface}`, async ({ morning, world }) => {
  void morning;
  for (const rate of [1, 4, 4, 4]) {
    const context = await world.browserFor(surface);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate });
    await page.goto(`/${surface}/#key=${await world.keyOf(surface)}`, { waitUntil: "commit" });
    await page.locator("[data-link=live]").first().waitFor({state:"attached"});
    console.log(rate, await page.evaluate(() => JSON.stringify({
      nav: performance.getEntriesByType("navigation").map((n) => { const x = n as PerformanceNavigationTiming; return [x.responseEnd|0, x.domInteractive|0, x.domContentLoadedEventEnd|0, x.loadEventEnd|0]; }),
      fp: performance.getEntriesByName("first-paint")[0]?.startTime,
      fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      res: performance.getEntriesByType("resource").map((r) => { const x = r as PerformanceResourceTiming; return `${x.name.split("/").pop()} ${x.startTime|0}-${x.responseEnd|0}`; }),
      now: performance.now()|0,
    })));
    await context.close();
  }
});
