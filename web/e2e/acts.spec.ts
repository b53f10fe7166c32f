// What asks for two persons, as two administrators see it: one asks, the other reads it and approves, the first does it.
import { expect, test } from "@playwright/test";
import { enrol, pageOf, readableInBothThemes } from "./people";
import { Server } from "./server";

test.setTimeout(180_000);

test("an account that gives rights waits for a second administrator, who reads it and approves it", async ({ browser }) => {
  const server = await Server.start();
  try {
    await expect.poll(() => server.said).toMatch(/^administrator http.*\n/m);
    const kim = await pageOf(browser);
    await enrol(kim, /^administrator (http\S+)/m.exec(server.said)?.[1] ?? "");
    await kim.locator(".codes .button").click();
    const link = kim.locator("#people ~ .link [data-link]");
    const invite = async (name: string, role: string) => {
      await kim.locator("[name=new-account]").fill(name);
      await kim.locator("[name=new-role]").selectOption(role);
      await kim.getByRole("button", { name: "초대" }).click();
    };
    await invite("admin-lee", "administrator");
    await expect(kim.locator("[data-person=admin-lee]"), "the first makes the second alone").toBeVisible();
    const lee = await pageOf(browser);
    await enrol(lee, (await link.textContent()) ?? "");
    await lee.locator(".codes .button").click();
    await expect(lee.locator("[data-account=admin-lee]")).toBeVisible();

    await invite("privacy-park", "privacy");
    await expect(kim.getByRole("alert")).toContainText("다른 관리자가 승인");
    await expect(kim.locator("[data-person=privacy-park]")).toHaveCount(0);
    const asked = kim.locator("[data-act]");
    await expect(asked).toHaveAttribute("data-state", "ACT_STATE_WAITING");
    await expect(asked.getByRole("button"), "nobody answers for himself").toHaveCount(0);

    const waiting = lee.locator("[data-act]");
    await expect(waiting.locator("[data-what]")).toHaveText('{"account":"privacy-park","role":"privacy"}');
    await readableInBothThemes(lee, "an act that waits for a second person");
    await waiting.getByRole("button", { name: "승인" }).click();
    await expect(waiting).toHaveAttribute("data-state", "ACT_STATE_APPROVED");
    await expect(lee.locator("[data-person=privacy-park]"), "who approves does nothing else").toHaveCount(0);

    await asked.getByRole("button", { name: "지금 처리" }).click();
    await expect(kim.locator("#acts ~ .link [data-link]")).toHaveText(/#enrol=[0-9a-f]{64}$/);
    await expect(asked).toHaveAttribute("data-state", "ACT_STATE_DONE");
    await expect(kim.locator("[data-person=privacy-park]")).toBeVisible();

    await invite("registrar-choi", "registrar");
    await lee.locator("[data-state=ACT_STATE_WAITING]").getByRole("button", { name: "거절" }).click();
    await expect(kim.locator("[data-state=ACT_STATE_REFUSED]")).toContainText("admin-lee");
    await expect(kim.getByRole("button", { name: "지금 처리" })).toHaveCount(0);
  } finally {
    await server.end();
  }
});
