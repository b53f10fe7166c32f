// The first useful paint on a slow machine: from nothing in the browser but its session to a screen that says how things stand.
import { crowding } from "./crowding";
import { expect, SURFACES, type Surface, test, type World } from "./world";

const LIMIT_MS = 2000;
const SLOWER = 4;

for (const surface of SURFACES) {
  test(`/${surface}/ says something useful within ${LIMIT_MS / 1000} s at a quarter of the processor`, async ({ morning, world }) => {
    void morning;
    // Another program may take the processor for a moment: the best of up to three counts.
    const tries: { useful: number; first: number; crowded: number }[] = [];
    const best = () => Math.min(...tries.map((one) => one.useful / one.crowded));
    while (tries.length < 3 && !(best() <= LIMIT_MS)) {
      const crowded = crowding();
      tries.push({ ...(await open(world, surface)), crowded });
    }
    for (const { first, useful, crowded } of tries) {
      console.log(`     ${surface}: first paint ${first} ms, first useful paint ${useful} ms, machine crowded ${crowded.toFixed(2)}`);
    }
    expect(best()).toBeLessThanOrEqual(LIMIT_MS);
  });
}

async function open(world: World, surface: Surface): Promise<{ useful: number; first: number }> {
  const context = await world.browserFor(surface);
  await context.request.post("/api/v1/session", { headers: { authorization: `Bearer ${await world.keyOf(surface)}` }, data: { surface } });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.addInitScript(() => {
    const seen = window as unknown as { usefulAtMs?: number };
    const look = new MutationObserver(() => {
      // Signed in, and the line's own state is on the screen beside what the page has to say.
      if (seen.usefulAtMs !== undefined || !document.querySelector("[data-link]") || !document.querySelector("main, [role=main]")) return;
      look.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => (seen.usefulAtMs = performance.now())));
      seen.usefulAtMs = Number.NaN;
    });
    look.observe(document, { childList: true, subtree: true });
  });
  await page.goto(`/${surface}/`, { waitUntil: "commit" });
  await page.waitForFunction(() => ((window as unknown as { usefulAtMs?: number }).usefulAtMs ?? 0) > 0, undefined, { timeout: 15_000 });
  const took = await page.evaluate(() => ({
    useful: Math.round((window as unknown as { usefulAtMs: number }).usefulAtMs),
    first: Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1),
  }));
  await context.close();
  return took;
}
