// What everybody can read and reach: axe finds nothing on any surface, in both themes and languages, quiet and in alarm; no
// target is too small; her app fits the narrowest phone.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { CARS, expect, SURFACES, type Surface, test, type World } from "./world";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
// A folder for pictures to be looked at; nothing is compared by pixel.
const SHOTS = process.env["SHOTS"];
const TARGET_PX: Record<Surface, number> = { control: 24, dispatch: 24, field: 44, me: 44, court: 24, cases: 24 };

async function axe(page: Page): Promise<string[]> {
  const asked = { runOnly: { type: "tag" as const, values: TAGS }, rules: { "target-size": { enabled: true } } };
  const found = await new AxeBuilder({ page }).options(asked).setLegacyMode().analyze();
  return found.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`),
  );
}

async function inTheme(page: Page, theme: "dark" | "light"): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.evaluate((to) => {
    document.documentElement.dataset["theme"] = to;
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, theme);
}

// Everything that can be pressed and is smaller than it may be, unless it is a link inside a sentence.
const tooSmall = (page: Page, limit: number): Promise<string[]> =>
  page.evaluate((least) => {
    const shown = [...document.querySelectorAll<HTMLElement>("button, a[href], input, select, textarea, summary, [role=button], [role=tab]")];
    return shown
      .filter((each) => {
        if (!each.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
        if (each.tagName === "A" && getComputedStyle(each).display === "inline") return false;
        const label = each.closest("label");
        const box = (label ?? each).getBoundingClientRect();
        const seen = box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0;
        return seen && (box.height < least - 0.5 || box.width < least - 0.5);
      })
      .map((each) => `${each.tagName} ${each.className} "${each.textContent?.trim().slice(0, 30)}" ${JSON.stringify(each.getBoundingClientRect().toJSON())}`);
  }, limit);

async function look(world: World, surface: Surface, when: string): Promise<void> {
  for (const language of ["ko", "en"]) {
    const page = await world.open(surface, { query: `?lang=${language}`, unit_id: CARS[0] });
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    for (const theme of ["dark", "light"] as const) {
      await inTheme(page, theme);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${surface}-${when.replace(" ", "-")}-${language}-${theme}.png` });
      expect(await axe(page), `${surface} ${when} ${language} ${theme}`).toEqual([]);
    }
    expect(await tooSmall(page, TARGET_PX[surface]), `${surface} ${when} ${language}`).toEqual([]);
    await page.context().close();
  }
}

for (const surface of SURFACES) {
  test(`/${surface}/ can be read by everybody, quiet and in alarm`, async ({ morning, world }) => {
    await look(world, surface, "quiet");
    await morning.drive(1950, 450, 5, 100);
    await expect.poll(async () => ((await world.get("calls"))["calls"] as unknown[]).length).toBe(1);
    await look(world, surface, "in alarm");
  });
}

for (const [name, width, height] of [["the narrowest phone", 320, 568], ["400 % of a desktop", 320, 256]] as const) {
  test(`/me/ needs no sideways scrolling on ${name}`, async ({ morning, world }) => {
    await morning.drive(1950, 450, 5, 50);
    for (const language of ["ko", "en"]) {
      const page = await world.open("me", { query: `?lang=${language}` }, { viewport: { width, height }, isMobile: false });
      const wide = await page.evaluate(() => ({ has: document.documentElement.scrollWidth, may: document.documentElement.clientWidth }));
      expect(wide.has, language).toBeLessThanOrEqual(wide.may);
      await page.context().close();
    }
  });
}
