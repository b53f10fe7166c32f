// The pages about cases can be read and used by everybody: both languages and themes, the narrowest phone, the keyboard alone.
import type { Page } from "@playwright/test";
import { filePetition, openCase, post, RECORD, register, untilActive } from "./case-steps";
import { faultsOf, inTheme, tooSmall } from "./readable";
import { expect, HOME, PROBATION, PROTECTED, type Surface, test, WEARER, type World } from "./world";

const SHOTS = process.env["SHOTS"]; // a folder for pictures to be looked at
const TARGET_PX = 24;

interface Told {
  stalking: string; // a case with a device that has rung
  petition: string; // in another one, before the court
}

async function tell(world: World): Promise<Told> {
  await register(world);
  await world.put(`persons/${RECORD}/supervisor`, { officer: "demo-probation-busy", agency_id: PROBATION });
  const ankle = await world.deviceOf("ankle-900", "DEVICE_KIND_ANKLE", { person_id: WEARER });
  const phone = await world.deviceOf("phone-900", "DEVICE_KIND_PHONE", { person_id: PROTECTED });
  const stalking = await openCase(world, "2026-0601");
  await post(world, "cases", `cases/${stalking}/reports`, { code: "waited", text: "문 앞에 서 있었습니다." });
  await untilActive(world, stalking);
  const circle = { centre: { lat_e7: Math.round(HOME.lat * 1e7), lng_e7: Math.round(HOME.lng * 1e7) }, radius_mm: 150_000 };
  await post(world, "cases", `cases/${stalking}/places`, {
    protected_id: PROTECTED, places: [{ new_zone_id: "her-home" }], zones: [{ id: "her-home", shape: { circle } }],
  });
  for (let n = 0; n < 3; n += 1) {
    await phone.report(HOME);
    await ankle.report(HOME);
  }
  const home = await openCase(world, "2026-0602", "CASE_KIND_DOMESTIC_VIOLENCE");
  const petition = await filePetition(world, home);
  await post(world, "court", `petitions/${petition}/docket`, { docket: "2026-17" });
  return { stalking, petition };
}

const goTo = async (page: Page, where: string) => {
  await page.evaluate((hash) => (location.hash = hash), `#/${where}`);
  await expect(page.locator(".legal-body h2").first()).toBeVisible();
  await expect(page.getByText(/불러오는 중|Loading:/)).toHaveCount(0);
};

const unfold = (page: Page) =>
  page.evaluate(() => document.querySelectorAll<HTMLDetailsElement>(".legal-body details").forEach((each) => (each.open = true)));

const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function look(world: World, surface: Surface, pages: Record<string, string>, seat?: string): Promise<void> {
  for (const language of ["ko", "en"]) {
    const page = await world.open(surface, { query: `?lang=${language}`, ...(seat ? { seat } : {}) });
    for (const [name, where] of Object.entries(pages)) {
      const what = `${surface} ${name} ${language}`;
      await goTo(page, where);
      await unfold(page);
      for (const theme of ["dark", "light"] as const) {
        await inTheme(page, theme);
        if (SHOTS) await page.screenshot({ path: `${SHOTS}/${surface}-${name}-${language}-${theme}.png`, fullPage: true });
        expect(await faultsOf(page), `${what} ${theme}`).toEqual([]);
      }
      expect(await tooSmall(page, TARGET_PX), what).toEqual([]);
      const size = page.viewportSize();
      await page.setViewportSize({ width: 320, height: 640 });
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${surface}-${name}-${language}-phone.png`, fullPage: true });
      expect(await sideways(page), `${what} at 320 px`).toBe(0);
      if (size) await page.setViewportSize(size);
    }
    await page.context().close();
  }
}

test("the pages of police and probation", async ({ world }) => {
  test.setTimeout(240_000);
  const { stalking } = await tell(world);
  const lists = { links: "links", duties: "duties", notifications: "notifications", cases: "cases", statistics: "statistics" };
  await look(world, "cases", { ...lists, case: `case/${stalking}` });
  await look(world, "cases", { person: `person/${WEARER}` }, "probation");
});

test("the pages of the court", async ({ world }) => {
  test.setTimeout(120_000);
  const { petition } = await tell(world);
  await look(world, "court", { petitions: "petitions", petition: `petition/${petition}`, measures: "measures", notifications: "notifications" });
});

test("the pages over the console", async ({ world }) => {
  test.setTimeout(120_000);
  const { stalking } = await tell(world);
  for (const language of ["ko", "en"]) {
    const page = await world.open("control", { query: `?lang=${language}` });
    for (const [name, where] of Object.entries({ case: `case/${stalking}`, person: `person/${WEARER}`, statistics: "statistics", notifications: "notifications" })) {
      await goTo(page, where);
      await unfold(page);
      for (const theme of ["dark", "light"] as const) {
        await inTheme(page, theme);
        if (SHOTS) await page.screenshot({ path: `${SHOTS}/control-${name}-${language}-${theme}.png` });
        expect(await faultsOf(page), `control ${name} ${language} ${theme}`).toEqual([]);
      }
    }
    await page.context().close();
  }
});

test("her notice and consent, on the narrowest phone, too", async ({ world }) => {
  world.agreed = false;
  await tell(world);
  for (const language of ["ko", "en"]) {
    const page = await world.open("me", { query: `?lang=${language}` }, { viewport: { width: 320, height: 568 } });
    await page.locator("[data-consent=open]").getByRole("button").click();
    await expect(page.locator(".sheet input[type=checkbox]")).toBeVisible();
    for (const theme of ["dark", "light"] as const) {
      await inTheme(page, theme);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/me-consent-${language}-${theme}.png`, fullPage: true });
      expect(await faultsOf(page), `consent ${language} ${theme}`).toEqual([]);
    }
    expect(await tooSmall(page, 44), language).toEqual([]);
    expect(await sideways(page), language).toBe(0);
    await page.context().close();
  }
});

test("a notification is found, read and followed by the keyboard alone", async ({ world }) => {
  await tell(world);
  const page = await world.open("cases", { seat: "probation" });
  await goTo(page, "notifications");
  const row = page.locator("[data-notification]").first();
  await expect(row).toBeVisible();
  const press = async (key: string, until: () => Promise<boolean>) => {
    for (let n = 0; n < 40 && !(await until()); n += 1) await page.keyboard.press(key);
    expect(await until()).toBe(true);
  };
  const focused = (selector: string) => () => page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
  await press("Tab", focused("[data-notification] button"));
  const id = await page.evaluate(() => document.activeElement?.closest("tr")?.getAttribute("data-notification") ?? "");
  await page.keyboard.press("Enter");
  await expect(page.locator(`[data-notification="${id}"]`)).toHaveAttribute("data-state", "OPENED");
  await press("Shift+Tab", focused("[data-notification] a[href^='#/case/']"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: /2026-06/ })).toBeVisible();
});
