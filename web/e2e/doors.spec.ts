// The doors: who may enter which surface, and that the key leaves no trace in the address.
import { expect, SURFACES, test } from "./world";

for (const surface of SURFACES) {
  test(`/${surface}/ opens with the key of its role, which leaves the address at once`, async ({ morning, world }) => {
    void morning;
    const page = await world.open(surface);
    expect(page.url()).toBe(`${world.server.origin}/${surface}/`);
    await page.reload();
    await expect(page.locator("[data-link=live]").first()).toBeAttached();
    const script = await page.evaluate(() => document.cookie);
    expect(script).toBe("");
  });
}

test("a key of another role opens no other door, and a wrong one none", async ({ morning, world }) => {
  void morning;
  const key = await world.keyOf("field");
  const context = await world.browserFor("control");
  const page = await context.newPage();
  await page.goto(`/control/#key=${key}`);
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.locator("[data-link=live]")).toHaveCount(0);
  await page.getByLabel(/열쇠|키|key/i).fill("0".repeat(64));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toBeVisible();
});
