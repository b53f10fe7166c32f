// The two apps for phones can be installed and open without a network.
import { expect, test } from "./world";

for (const surface of ["me", "field"] as const) {
  test(`/${surface}/ can be installed and opens without a network`, async ({ morning, world }) => {
    void morning;
    const page = await world.open(surface);
    const scope = await page.evaluate(() => navigator.serviceWorker.ready.then((ready) => new URL(ready.scope).pathname));
    expect(scope).toBe(`/${surface}/`);
    const cdp = await page.context().newCDPSession(page);
    const manifest = await cdp.send("Page.getAppManifest");
    expect(manifest.errors).toEqual([]);
    const said = JSON.parse(manifest.data ?? "{}") as { name: string; display: string; start_url: string; scope: string; icons: { src: string; sizes: string }[] };
    expect(said.scope).toBe(`/${surface}/`);
    expect(said.start_url.startsWith(`/${surface}/`)).toBe(true);
    expect(["standalone", "fullscreen", "minimal-ui"]).toContain(said.display);
    expect(said.icons.map((icon) => icon.sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
    for (const icon of said.icons) expect((await page.request.get(icon.src)).status()).toBe(200);

    await page.reload(); // the worker takes the page from now on
    await expect(page.locator("[data-link=live]").first()).toBeAttached();
    await page.context().setOffline(true);
    await page.reload();
    await expect(page.locator("#root")).not.toBeEmpty();
    await expect(page.getByRole("alert").first()).toBeVisible({ timeout: 8000 });
    await page.context().setOffline(false);
    await expect(page.locator("[data-link=live]").first()).toBeAttached({ timeout: 15_000 });
  });
}
