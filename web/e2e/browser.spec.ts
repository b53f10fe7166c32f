// A browser that lacks what the pages rely on is told so on every surface, in its language; one that does not is told nothing.
import { expect, test } from "@playwright/test";
import { readableInBothThemes } from "./people";
import { Server } from "./server";

const SURFACES = ["control", "dispatch", "field", "me", "court", "cases", "account"];

test("what a browser lacks is said", async ({ browser }) => {
  const server = await Server.start();
  try {
    for (const surface of SURFACES) {
      const whole = await (await browser.newContext({ locale: "ko-KR" })).newPage();
      await whole.goto(`${server.origin}/${surface}/`);
      await expect(whole.locator("#root > *").first()).toBeAttached();
      await expect(whole.locator("#browser-lacks")).toHaveCount(0);
      await whole.context().close();

      for (const [locale, says] of [["ko-KR", "이 브라우저에 없는 기능: WebSocket, Web Crypto"], ["en-GB", "This browser lacks WebSocket, Web Crypto"]] as const) {
        const context = await browser.newContext({ locale, serviceWorkers: "block" });
        await context.addInitScript(() => {
          for (const name of ["WebSocket", "crypto"]) Object.defineProperty(window, name, { value: undefined });
        });
        const page = await context.newPage();
        await page.goto(`${server.origin}/${surface}/`);
        await expect(page.locator("#browser-lacks")).toContainText(says);
        if (surface === "account") await readableInBothThemes(page, "a browser that lacks something");
        await context.close();
      }

      const bare = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
      await bare.goto(`${server.origin}/${surface}/`);
      await expect(bare.locator("noscript p").first()).toBeVisible();
      await bare.context().close();
    }
  } finally {
    await server.end();
  }
});

test("what the policy of a page forbids is reported and counted, and nothing of it kept", async ({ browser }) => {
  const server = await Server.start();
  try {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${server.origin}/account/`);
    const counted = async () => (await (await fetch(`${server.origin}/metrics`)).text()).match(/haechi_csp_reports_total\{directive="img-src"\} (\d+)/)?.[1];
    expect(await counted()).toBe("0");
    await page.evaluate(() => {
      const forbidden = document.createElement("img");
      forbidden.src = "https://elsewhere.example/a-word-of-hers.png";
      document.body.append(forbidden);
    });
    await expect.poll(counted, { timeout: 30_000 }).toBe("1");
    expect(server.said).not.toContain("a-word-of-hers");
  } finally {
    await server.end();
  }
});
