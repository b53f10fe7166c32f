// What everybody can read and reach: axe finds nothing on any surface, in both themes and languages, quiet and in alarm; no
// target is too small; her app fits the narrowest phone.
import { faultsOf, inTheme, tooSmall } from "./readable";
import { CARS, expect, SURFACES, type Surface, test, type World } from "./world";

// A folder for pictures to be looked at; nothing is compared by pixel.
const SHOTS = process.env["SHOTS"];
const TARGET_PX: Record<Surface, number> = { control: 24, dispatch: 24, field: 44, me: 44, court: 24, cases: 24 };

async function look(world: World, surface: Surface, when: string): Promise<void> {
  for (const language of ["ko", "en"]) {
    const page = await world.open(surface, { query: `?lang=${language}`, unit_id: CARS[0] });
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    for (const theme of ["dark", "light"] as const) {
      await inTheme(page, theme);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${surface}-${when.replace(" ", "-")}-${language}-${theme}.png` });
      expect(await faultsOf(page), `${surface} ${when} ${language} ${theme}`).toEqual([]);
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
