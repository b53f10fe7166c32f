// Her call for help: it rings exactly once whatever happens to the line, and the screen never claims more than the server
// said. And the way out: at once, with nothing to come back to by accident.
import type { Page } from "@playwright/test";
import { expect, type Morning, PROTECTED, test, type World } from "./world";

interface AlertItem {
  alert: { id: string; kind: string; protected_id: string; silent?: boolean; code: number };
}

async function sosAlerts(world: World): Promise<AlertItem["alert"][]> {
  const list = (await world.get("alerts?limit=1000"))["alerts"] as AlertItem[];
  return list.map((each) => each.alert).filter((alert) => alert.kind === "ALERT_KIND_SOS" && alert.protected_id === PROTECTED);
}

const button = (page: Page) => page.locator("footer button.sos");
const received = (page: Page) => page.getByRole("heading", { name: "신고가 도착했습니다" });

async function hold(page: Page, forMs = 1100): Promise<void> {
  const box = await button(page).boundingBox();
  if (!box) throw new Error("no button to hold");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(forMs); // the holding itself is what is tried
  await page.mouse.up();
}

async function hers(world: World, morning: Morning): Promise<Page> {
  void morning;
  const page = await world.open("me");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  return page;
}

test("holding for a second rings at the control centre, once, and the screen says so with time and number", async ({ morning, world }) => {
  const page = await hers(world, morning);
  await hold(page);
  await expect(received(page)).toBeVisible({ timeout: 3000 });
  const alerts = await sosAlerts(world);
  expect(alerts.length).toBe(1);
  expect(alerts[0]?.code).toBe(0);
  await expect(page.getByText(alerts[0]?.id ?? "nothing")).toBeVisible();
  await expect(page.getByRole("link", { name: "112 전화" }).first()).toHaveAttribute("href", "tel:112");
});

test("a short press asks first; the keyboard does as well as a finger; two quick presses are one call", async ({ morning, world }) => {
  const page = await hers(world, morning);
  await button(page).focus();
  await page.keyboard.press("Enter");
  const now = page.getByRole("button", { name: "지금 신고" });
  await expect(now).toBeFocused();
  expect(await sosAlerts(world)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(now).toHaveCount(0);
  await button(page).focus();
  await page.keyboard.press("Enter");
  await expect(now).toBeFocused();
  await page.waitForTimeout(350); // a bouncing key is no second wish
  await now.dblclick();
  await expect(received(page)).toBeVisible();
  expect((await sosAlerts(world)).length).toBe(1);
});

test("without a network she is told within three seconds what to do, and the call arrives once when it can", async ({ morning, world }) => {
  const page = await hers(world, morning);
  await page.context().setOffline(true);
  await hold(page);
  await expect(page.getByRole("heading", { name: "아직 보내지 못했습니다" })).toBeVisible({ timeout: 4000 });
  await expect(page.locator('a.big[href="tel:112"]')).toBeVisible();
  const text = await page.locator("a.big[href^='sms:112']").getAttribute("href");
  expect(decodeURIComponent(text ?? "")).toContain("37.70000, 127.20600");
  expect(await sosAlerts(world)).toEqual([]);
  // The page is opened anew without a network: it is there, and still at it.
  await page.reload();
  await expect(page.getByRole("heading", { name: /보내고 있습니다|보내지 못했습니다/ })).toBeVisible();
  await page.context().setOffline(false);
  await expect(received(page)).toBeVisible({ timeout: 12_000 });
  await page.reload();
  await expect(page.locator("[data-link=live]").first()).toBeAttached();
  expect((await sosAlerts(world)).length).toBe(1);
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain("draft");
});

test("pressed while the server is dead, it is in the log once after the server has come back", async ({ morning, world }) => {
  const page = await hers(world, morning);
  await world.server.kill();
  await hold(page);
  await expect(page.getByRole("heading", { name: "아직 보내지 못했습니다" })).toBeVisible({ timeout: 4000 });
  await world.server.begin();
  await expect(received(page)).toBeVisible({ timeout: 15_000 });
  expect((await sosAlerts(world)).length).toBe(1);
});

test("an answer that got lost on the way is no second call", async ({ morning, world }) => {
  const page = await hers(world, morning);
  let lost = 0;
  await page.route("**/api/v1/me/sos", async (route) => {
    if (lost < 2) {
      lost += 1;
      await route.fetch(); // the server has it, she does not hear of it
      await route.abort("connectionreset");
    } else await route.continue();
  });
  await hold(page);
  await expect(received(page)).toBeVisible({ timeout: 15_000 });
  expect(lost).toBe(2);
  expect((await sosAlerts(world)).length).toBe(1);
});

test("a silent call shows a memo page and nothing else, and rings as silent", async ({ morning, world }) => {
  const page = await hers(world, morning);
  await button(page).click();
  await page.waitForTimeout(350);
  await page.getByRole("button", { name: "조용히 신고" }).click();
  await expect(page.getByRole("heading", { name: "메모" })).toBeVisible();
  await expect.poll(() => sosAlerts(world).then((all) => all.length)).toBe(1);
  expect((await sosAlerts(world))[0]?.silent).toBe(true);
  await expect(page.locator(".me")).toBeHidden();
  expect(await page.locator("body").innerText()).not.toMatch(/신고|112|경찰|관제/);
});

test("quick exit clears the screen at once, and neither Back nor reload brings it again", async ({ morning, world }) => {
  await morning.drive(1950, 900, 3, 100);
  const page = await hers(world, morning);
  await expect(page.locator(".dial")).toBeVisible();
  const goneMs = await page.evaluate(async () => {
    const from = performance.now();
    document.querySelector<HTMLButtonElement>("header .exit")?.click();
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const root = document.querySelector("#root");
    const visible = root?.checkVisibility({ visibilityProperty: true, opacityProperty: true }) === true;
    return visible ? -1 : performance.now() - from;
  });
  expect(goneMs).toBeGreaterThanOrEqual(0);
  expect(goneMs).toBeLessThan(100);
  expect(await page.locator("body").innerText()).not.toMatch(/가까|거리|신고|112/);
  await page.waitForTimeout(300); // whatever still arrives must not show
  await page.reload();
  await expect(page.getByRole("heading", { name: "메모" })).toBeVisible();
  await expect(page.locator(".dial")).toBeHidden();
  await page.goBack().catch(() => null);
  expect(await page.locator("body").innerText()).not.toMatch(/가까|거리 안|신고/);
});

test("three times Shift leaves; so does the hidden link, first of all by keyboard; three presses on the title lead back", async ({ morning, world }) => {
  const page = await hers(world, morning);
  for (let n = 0; n < 3; n += 1) await page.keyboard.press("Shift");
  await expect(page.getByRole("heading", { name: "메모" })).toBeVisible();
  await page.getByRole("button", { name: "메모", exact: true }).click({ clickCount: 3 });
  await expect(button(page)).toBeVisible();
  await expect(page.locator("[data-link=live]").first()).toBeAttached();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "메모" })).toBeVisible();
});
