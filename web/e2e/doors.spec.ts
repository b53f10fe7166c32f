// The doors: who may enter which surface, by an act, that the key leaves no trace in address and browser, and that who looks stands on it.
import { readableInBothThemes } from "./people";
import { CARS, expect, SURFACES, test } from "./world";

for (const surface of SURFACES) {
  test(`/${surface}/ opens with the key of its role, which leaves the address at once`, async ({ morning, world }) => {
    void morning;
    const page = await world.open(surface);
    expect(page.url()).toBe(`${world.server.origin}/${surface}/`);
    await page.reload();
    await expect(page.locator("[data-link=live]").first()).toBeAttached();
    const script = await page.evaluate(() => document.cookie);
    expect(script).toBe("");
    const kept = JSON.stringify(await page.context().cookies());
    expect(kept).toMatch(/[0-9a-f]{64}/);
    expect(kept).not.toContain(await world.keyOf(surface));
  });
}

test("an address with a key opens nothing before somebody presses, and the door is readable", async ({ morning, world }) => {
  void morning;
  const page = await (await world.browserFor("control")).newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`/control/#key=${await world.keyOf("control")}`);
  await expect(page.locator(".door")).toContainText("시연용 키");
  await readableInBothThemes(page, "the door with an offered key");
  expect(asked.filter((path) => path === "/api/v1/session")).toEqual([]);
  expect(await page.context().cookies()).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-link=live]").first()).toBeAttached();
});

test("passwords may come from a password manager, at her door as well", async ({ morning, world }) => {
  void morning;
  const page = await (await world.browserFor("me")).newPage();
  await page.goto("/me/");
  await expect(page.locator("#account")).toHaveAttribute("autocomplete", "username");
  await expect(page.locator("#password")).toHaveAttribute("autocomplete", "current-password");
  await page.locator("#password").focus();
  await page.evaluate(() => document.execCommand("insertText", false, "pasted by a manager"));
  await expect(page.locator("#password")).toHaveValue("pasted by a manager");
});

test("a key of another role opens no other door, and a wrong one none", async ({ morning, world }) => {
  void morning;
  const key = await world.keyOf("field");
  const context = await world.browserFor("control");
  const page = await context.newPage();
  await page.goto(`/control/#key=${key}`);
  await page.locator(".door [type=submit]").first().click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.locator("[data-link=live]")).toHaveCount(0);
  await page.getByLabel(/열쇠|키|key/i).fill("0".repeat(64));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toBeVisible();
});

test("every map of an officer, and the whole terminal, say on each photograph who looked, and let every press through", async ({ morning, world }) => {
  await morning.drive(2500, 900, 4, 50); // a call, so that there is a map everywhere
  for (const surface of ["control", "dispatch", "field"] as const) {
    const page = await world.open(surface);
    const mark = page.locator("canvas.watermark").first();
    await expect(mark, surface).toBeAttached({ timeout: 15_000 });
    const account = String((await world.get("me/capabilities", await world.keyOf(surface)))["account"]);
    await expect(mark, surface).toHaveAttribute("data-viewer", surface === "field" ? CARS[0] : account);
    // How much of it is drawn upon, in each quarter: none of them can be cut out of a photograph without it.
    const drawn = () => mark.evaluate((node: HTMLCanvasElement) => {
      const { width, height } = node;
      const half = (x: number, y: number) => {
        const { data } = node.getContext("2d")?.getImageData(x, y, Math.floor(width / 2), Math.floor(height / 2)) ?? { data: [] };
        let painted = 0;
        for (let at = 3; at < data.length; at += 4) painted += Number(data[at] !== 0);
        return painted;
      };
      return Math.min(half(0, 0), half(width / 2, 0), half(0, height / 2), half(width / 2, height / 2));
    });
    await expect.poll(drawn, { message: surface }).toBeGreaterThan(200);
    expect(await mark.evaluate((node) => getComputedStyle(node).pointerEvents), surface).toBe("none");
  }
});
