// Her app behind a number. One number opens it. The other opens a notebook, rings silently at the control centre, and looks to
// whoever watches the screen or the line like the first.
import type { Page } from "@playwright/test";
import { expect, PROTECTED, test, type World } from "./world";

interface AlertItem {
  alert: { id: string; kind: string; protected_id: string; silent?: boolean; duress?: boolean; code: number };
}

const OPENS = "4711";
const RINGS = "1174";
const OURS = /신고|112|경찰|관제|해치|Haechi|거리/;

async function sosAlerts(world: World): Promise<AlertItem["alert"][]> {
  const list = (await world.get("alerts?limit=1000"))["alerts"] as AlertItem[];
  return list.map((each) => each.alert).filter((alert) => alert.kind === "ALERT_KIND_SOS" && alert.protected_id === PROTECTED);
}

async function withNumbers(world: World): Promise<Page> {
  const page = await world.open("me");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.locator("header button.menu").click();
  const card = page.locator("[data-part=number]");
  await card.getByLabel("앱을 여는 번호 (숫자 4~8자리)").fill(OPENS);
  await card.getByLabel("강요당할 때 쓰는 번호").fill(RINGS);
  await card.getByRole("button", { name: "저장" }).click();
  await expect(card.getByText("저장했습니다.")).toBeVisible();
  await page.reload();
  return page;
}

const number = (page: Page) => page.getByLabel("잠금 번호");

async function give(page: Page, digits: string): Promise<void> {
  await number(page).fill(digits);
  await page.keyboard.press("Enter");
}

test("opened anew it is a locked notebook; her number opens it, a wrong one says so and nothing more", async ({ morning, world }) => {
  void morning;
  const page = await withNumbers(world);
  await expect(number(page)).toBeFocused();
  expect(await page.locator("body").innerText()).not.toMatch(OURS);
  await give(page, "0000");
  await expect(page.getByText("번호가 맞지 않습니다")).toBeVisible();
  expect(await page.locator("body").innerText()).not.toMatch(OURS);
  await give(page, OPENS);
  await expect(page.locator("footer button.sos")).toBeVisible();
  await expect(page.locator("[data-link=live]").first()).toBeAttached();
  expect(await sosAlerts(world)).toEqual([]);
});

test("the other number opens a notebook and rings under code 0, silently; her place goes on being told", async ({ morning, world }) => {
  void morning;
  const page = await withNumbers(world);
  const shaken = await page.evaluate(() => {
    const seen: unknown[] = [];
    Object.assign(window, { shaken: seen });
    navigator.vibrate = (pattern) => Boolean(seen.push(pattern));
    return seen.length;
  });
  expect(shaken).toBe(0);
  await give(page, RINGS);
  await expect(page.locator(".memo-list li").first()).toBeVisible();
  await expect.poll(() => sosAlerts(world).then((all) => all.length)).toBe(1);
  const [alert] = await sosAlerts(world);
  expect(alert).toMatchObject({ silent: true, duress: true, code: 0 });
  expect(await page.locator("body").innerText()).not.toMatch(OURS);
  expect(await page.evaluate(() => (window as unknown as { shaken: unknown[] }).shaken)).toEqual([]);
  const told = page.waitForRequest("**/api/v1/me/position", { timeout: 45_000 });
  // It is a notebook: it takes a memo.
  await page.locator(".memo textarea").fill("우유");
  await page.getByRole("button", { name: "저장" }).click();
  await expect(page.getByRole("heading", { name: "우유" })).toBeVisible();
  await told;
});

test("both numbers look alike on the line", async ({ morning, world }) => {
  void morning;
  const page = await withNumbers(world);
  const seen: { sent: number; answered: number; calls: string[] }[] = [];
  for (const digits of [RINGS, OPENS]) {
    await page.reload();
    await expect(number(page)).toBeFocused();
    await page.waitForTimeout(1500); // what a page asks for when it is opened
    const calls: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/api/") && !request.url().endsWith("/me/position")) calls.push(new URL(request.url()).pathname);
    });
    const answer = page.waitForResponse("**/api/v1/me/pin/open");
    await give(page, digits);
    const response = await answer;
    const sizes = await response.request().sizes();
    const sent = (response.request().postData() ?? "").length;
    await page.waitForTimeout(500);
    seen.push({ sent, answered: sizes.responseBodySize, calls: calls.slice(0, 1) });
    page.removeAllListeners("request");
  }
  expect(seen[0]).toEqual(seen[1]);
});

test("after some minutes away it asks again, and so does the way back from the notebook", async ({ morning, world }) => {
  void morning;
  const page = await withNumbers(world);
  await give(page, OPENS);
  await expect(page.locator("footer button.sos")).toBeVisible();
  await page.locator("header .exit").click();
  await expect(page.locator(".memo-list li").first()).toBeVisible();
  await page.getByRole("button", { name: "메모", exact: true }).click({ clickCount: 3 });
  await expect(number(page)).toBeFocused();
  await give(page, OPENS);
  await expect(page.locator("footer button.sos")).toBeVisible();
  await page.evaluate((awayMs) => {
    const real = Date.now;
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
    Date.now = () => real() + awayMs;
    Object.defineProperty(document, "hidden", { configurable: true, get: () => false });
    document.dispatchEvent(new Event("visibilitychange"));
  }, 3 * 60_000 + 1000);
  await expect(number(page)).toBeFocused();
});

test("nothing of the numbers is on the phone", async ({ morning, world }) => {
  void morning;
  const page = await withNumbers(world);
  await give(page, RINGS);
  await expect(page.locator(".memo-list li").first()).toBeVisible();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(kept).not.toContain(OPENS);
  expect(kept).not.toContain(RINGS);
});
