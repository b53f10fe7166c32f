// People at the door: the one-time link of the first administrator, an invitation, password and code, a killed session.
import { type Browser, expect, type Page, test } from "@playwright/test";
import { createHmac } from "node:crypto";
import { inTheme, faultsOf } from "./readable";
import { Server } from "./server";

const PASSWORD = "a green coat at dusk";
const STEP_MS = 30_000;

function decodeBase32(text: string): Buffer {
  let bits = "";
  for (const letter of text) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

function codeOf(secret: string): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS)));
  const mac = createHmac("sha1", decodeBase32(secret)).update(counter).digest();
  return String((mac.readUInt32BE((mac[19] ?? 0) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function readableInBothThemes(page: Page, what: string): Promise<void> {
  for (const theme of ["dark", "light"] as const) {
    await inTheme(page, theme);
    expect(await faultsOf(page), `${what}, ${theme}`).toEqual([]);
  }
}

// Fills in what the link asks for; the recovery codes it shows.
async function enrol(page: Page, link: string): Promise<string[]> {
  await page.goto(link);
  const secret = ((await page.locator("[data-secret]").textContent()) ?? "").replaceAll(" ", "");
  expect(page.url()).not.toContain("enrol");
  await expect(page.locator("svg.qr path")).toBeVisible();
  await page.locator("#new-password").fill(PASSWORD);
  await page.locator("#again").fill(PASSWORD);
  await page.locator("#first-code").fill(codeOf(secret));
  await readableInBothThemes(page, "the enrolment");
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-recovery]")).toHaveCount(10);
  return page.locator("[data-recovery]").allTextContents();
}

async function fillDoor(page: Page, account: string, password: string, code: string): Promise<void> {
  await page.locator("#account").fill(account);
  await page.locator("#password").fill(password);
  await page.locator("#code").fill(code);
  await page.keyboard.press("Enter");
}

const pageOf = async (browser: Browser): Promise<Page> => (await browser.newContext({ locale: "ko-KR", viewport: { width: 1280, height: 900 } })).newPage();

test("a one-time link, an invitation, password and code, and a session that an administrator ends", async ({ browser }) => {
  const server = await Server.start();
  try {
    await expect.poll(() => server.said).toMatch(/^administrator http.*\n/m);
    const first = /^administrator (http\S+)/m.exec(server.said)?.[1] ?? "";
    const admin = await pageOf(browser);
    await enrol(admin, first);
    await admin.locator(".codes .button").click();
    await expect(admin.locator("[data-account=administrator]")).toBeVisible();
    await expect(admin.locator("[data-session]")).toHaveCount(1);
    await readableInBothThemes(admin, "my account");

    await admin.locator("[name=new-account]").fill("op-kim");
    await admin.locator("[name=new-role]").selectOption("control");
    await admin.getByRole("button", { name: "초대" }).click();
    const link = (await admin.locator("[data-link]:is(code)").textContent()) ?? "";
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

    await admin.goto(first);
    await admin.reload();
    await expect(admin.getByRole("alert"), "a link that was used").toBeVisible();
  } finally {
    await server.end();
  }
});
