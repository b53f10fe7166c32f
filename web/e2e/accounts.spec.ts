// People at the door: the one-time link of the first administrator, an invitation, password and code, a killed session.
import { expect, test } from "@playwright/test";
import { enrol, fillDoor, pageOf, PASSWORD, readableInBothThemes } from "./people";
import { Server } from "./server";

test.setTimeout(180_000);

const NEW_PASSWORD = "another coat, a red one";

test("a one-time link, an invitation, password and code, and a session that an administrator ends", async ({ browser }) => {
  const server = await Server.start();
  try {
    await expect.poll(() => server.said).toMatch(/^administrator http.*\n/m);
    const first = /^administrator (http\S+)/m.exec(server.said)?.[1] ?? "";
    const admin = await pageOf(browser);
    const own = await enrol(admin, first);
    await admin.locator(".codes .button").click();
    await expect(admin.locator("[data-account=administrator]")).toBeVisible();
    await expect(admin.locator("[data-session]")).toHaveCount(1);
    await readableInBothThemes(admin, "my account");

    // What weighs asks for a factor again, and is done when it was shown. The server's half is in src/api/step_up_test.cc.
    await admin.route("**/api/v1/accounts", async (route) => {
      if (route.request().method() !== "POST") return route.fallback();
      await route.fulfill({ status: 403, contentType: "application/problem+json", body: '{"code":"factor_needed","field":"factor","reason":""}' });
      await admin.unroute("**/api/v1/accounts");
    });
    await admin.locator("[name=new-account]").fill("op-lee");
    await admin.getByRole("button", { name: "초대" }).click();
    await admin.locator("[name=people-proof]").fill("000000");
    await admin.keyboard.press("Enter");
    await expect(admin.locator("[data-proof=people]").getByRole("alert")).toBeVisible();
    await readableInBothThemes(admin, "a factor is asked for again");
    await admin.locator("[name=people-proof]").fill(own[0] ?? "");
    await admin.keyboard.press("Enter");
    await expect(admin.locator("[data-person=op-lee]")).toBeVisible();
    await expect(admin.locator("[name=people-proof]")).toHaveCount(0);

    const shown = admin.locator("[data-link]:is(code)");
    const forLee = (await shown.textContent()) ?? "";
    await admin.locator("[name=new-account]").fill("op-kim");
    await admin.locator("[name=new-role]").selectOption("control");
    await admin.getByRole("button", { name: "초대" }).click();
    await expect(shown).not.toHaveText(forLee);
    const link = (await shown.textContent()) ?? "";
    const operator = await pageOf(browser);
    const codes = await enrol(operator, link);
    await operator.locator(".codes .button").click();
    await expect(operator).toHaveURL(`${server.origin}/control/`);
    await expect(operator.locator("[data-link=live]").first()).toBeAttached();
    expect(await operator.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toMatch(/[0-9a-f]{64}/);

    await admin.locator("[data-person=op-kim]").getByRole("button", { name: "모두 로그아웃" }).click();
    await expect(operator.locator("#account"), "the session that was ended shows the door").toBeVisible();
    await expect(operator.getByRole("alert")).toContainText("기한이 끝났습니다");
    await readableInBothThemes(operator, "the door");
    await fillDoor(operator, "op-kim", "not the password", "000000");
    await expect(operator.getByRole("alert")).toContainText("계정이 잠겨");
    await expect(operator.locator("#password")).toHaveValue("");
    await operator.getByRole("button", { name: "English" }).click();
    await expect(operator.getByRole("alert")).toContainText("account is locked");
    await readableInBothThemes(operator, "the door, refused, in English");
    await fillDoor(operator, "op-kim", PASSWORD, codes[0] ?? "");
    await expect(operator.locator("[data-link=live]").first()).toBeAttached();

    // A forgotten password: asked how he was known, and he for the second factor that he still has.
    const his = admin.locator("[data-person=op-kim]");
    await expect(his.getByRole("button", { name: "비밀번호 분실" })).toBeDisabled();
    await admin.locator("[name=known-by]").fill("직접 만나 공무원증 확인");
    await his.getByRole("button", { name: "비밀번호 분실" }).click();
    const lost = (await admin.locator("[data-link]:is(code)").textContent()) ?? "";
    await operator.goto(lost);
    await expect(operator.locator("svg.qr")).toHaveCount(0);
    await operator.locator("#new-password").fill(NEW_PASSWORD);
    await operator.locator("#again").fill(NEW_PASSWORD);
    await operator.locator("#first-code").fill("000000");
    await operator.keyboard.press("Enter");
    await expect(operator.getByRole("alert")).toBeVisible();
    await readableInBothThemes(operator, "a new password for who has the second factor");
    await operator.locator("#first-code").fill(codes[1] ?? "");
    await operator.keyboard.press("Enter");
    await expect(operator.locator("[data-link=live]").first()).toBeAttached();

    // At the own page: what happened, and another session that ends by both factors only.
    await operator.goto(`${server.origin}/account/`);
    await fillDoor(operator, "op-kim", NEW_PASSWORD, codes[2] ?? "");
    await expect(operator.locator("[data-notice=ACCOUNT_EVENT_PASSWORD_CHANGED]")).toBeVisible();
    await expect(operator.locator("[data-notice=ACCOUNT_EVENT_LINK_ISSUED]")).toBeVisible();
    await expect(operator.locator("[data-session]")).toHaveCount(2);
    const end = operator.locator("[data-session]").getByRole("button", { name: "End", exact: true });
    await expect(end).toBeDisabled();
    await readableInBothThemes(operator, "my account with notices");
    await operator.locator("#sessions-password").fill(NEW_PASSWORD);
    await operator.locator("#sessions-code").fill("000000");
    await end.click();
    await expect(operator.getByRole("alert")).toBeVisible();
    await expect(operator.locator("[data-session]")).toHaveCount(2);
    await operator.locator("#sessions-password").fill(NEW_PASSWORD);
    await operator.locator("#sessions-code").fill(codes[3] ?? "");
    await end.click();
    await expect(operator.locator("[data-session]")).toHaveCount(1);

    await admin.goto(first);
    await admin.reload();
    await expect(admin.getByRole("alert"), "a link that was used").toBeVisible();
  } finally {
    await server.end();
  }
});
