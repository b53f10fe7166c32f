// The field terminal: what a crew presses without a network is sent once and in order; what it may no longer see is gone.
import type { Page } from "@playwright/test";
import { CARS, expect, type Morning, test, WEARER, type World } from "./world";

interface CallItem {
  id: string;
  state: string;
  assignments: { unit_id: string; status: string }[];
}

async function assigned(world: World, morning: Morning): Promise<Page> {
  const page = await world.open("field", { unit_id: CARS[0] });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await morning.both(950);
  await expect(page.locator("button.step")).toBeVisible();
  return page;
}

async function theCall(world: World): Promise<CallItem> {
  const calls = (await world.get("calls?state=all"))["calls"] as CallItem[];
  expect(calls.length).toBe(1);
  return calls[0] as CallItem;
}

const statusOf = async (world: World): Promise<string | undefined> =>
  (await theCall(world)).assignments.find((assignment) => assignment.unit_id === CARS[0])?.status;

const waiting = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const opening = indexedDB.open("haechi-field");
        opening.onsuccess = () => {
          const all = opening.result.transaction("outbox").objectStore("outbox").count();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result);
          };
        };
      }),
  );

test("two steps pressed without a network survive a reload, leave in order, and arrive once", async ({ morning, world }) => {
  const page = await assigned(world, morning);
  await page.context().setOffline(true);
  const step = page.locator("button.step");
  const first = await step.innerText();
  await step.click();
  await expect.poll(() => waiting(page)).toBe(1);
  await expect(step).not.toHaveText(first);
  const second = await step.innerText();
  await expect(step).toBeEnabled({ timeout: 8000 });
  await step.click();
  await expect.poll(() => waiting(page), { timeout: 10_000 }).toBe(2);
  await page.reload();
  await expect(page.locator("body")).toContainText("2", { timeout: 10_000 });
  expect(await waiting(page)).toBe(2);
  expect(await statusOf(world)).toBe("UNIT_STATUS_ASSIGNED");
  await page.context().setOffline(false);
  await expect.poll(() => statusOf(world), { timeout: 20_000 }).toBe("UNIT_STATUS_EN_ROUTE");
  await expect.poll(() => waiting(page)).toBe(0);
  const alerts = (await world.get("alerts"))["alerts"] as { alert: { id: string; kind: string } }[];
  const near = alerts.find((each) => each.alert.kind === "ALERT_KIND_NEAR_POLICE");
  const timeline = (await world.get(`alerts/${near?.alert.id}/timeline`)) as { timeline: { steps: { what: string; who: string }[] } };
  const pressed = timeline.timeline.steps.filter((one) => one.who === CARS[0]).map((one) => one.what);
  expect(pressed.filter((what) => what.includes("en_route")).length, pressed.join()).toBeLessThanOrEqual(1);
  expect(second).not.toBe(first);
});

test("when the call is closed the crew is told, and nothing of the persons is left on the terminal", async ({ morning, world }) => {
  const page = await assigned(world, morning);
  await expect(page.locator("body")).toContainText(WEARER);
  const call = await theCall(world);
  await world.server.must("POST", `/api/v1/calls/${call.id}/close`, await world.keyOf("dispatch"), { disposition: "02", note: "" });
  await expect(page.getByRole("heading", { name: "접근 권한이 끝났습니다" })).toBeVisible();
  await expect(page.locator("button[data-step]")).toHaveCount(0);
  await expect(page.locator("body")).not.toContainText(WEARER);
  const kept = await page.evaluate(async () => {
    const names = (await indexedDB.databases()).map((database) => database.name ?? "");
    const rows: unknown[] = [];
    for (const name of names) {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
      });
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store).getAll();
        rows.push(await new Promise((resolve) => (all.onsuccess = () => resolve(all.result))));
      }
      database.close();
    }
    return JSON.stringify([rows, { ...localStorage }, { ...sessionStorage }]);
  });
  expect(kept).not.toContain(WEARER);
  expect(kept).not.toMatch(/lat|lng|37\.\d{3}/);
});
