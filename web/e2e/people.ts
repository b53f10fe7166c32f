// People in the browser: enrolling by a one-time link and standing before the door.
import { type Browser, expect, type Page } from "@playwright/test";
import { createHmac } from "node:crypto";
import { faultsOf, inTheme } from "./readable";

export const PASSWORD = "a green coat at dusk";
const STEP_MS = 30_000;
const ON_ITS_WAY_MS = 5_000;

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

// One that does not end on its way to the server.
export async function freshCode(secret: string): Promise<string> {
  const left = STEP_MS - (Date.now() % STEP_MS);
  if (left < ON_ITS_WAY_MS) await new Promise((resolve) => setTimeout(resolve, left));
  return codeOf(secret);
}

export async function readableInBothThemes(page: Page, what: string): Promise<void> {
  for (const theme of ["dark", "light"] as const) {
    await inTheme(page, theme);
    expect(await faultsOf(page), `${what}, ${theme}`).toEqual([]);
  }
}

// Fills in what the link asks for; the recovery codes it shows.
export async function enrol(page: Page, link: string): Promise<string[]> {
  await page.goto(link);
  const secret = ((await page.locator("[data-secret]").textContent()) ?? "").replaceAll(" ", "");
  expect(page.url()).not.toContain("enrol");
  await expect(page.locator("svg.qr path")).toBeVisible();
  await page.locator("#new-password").fill(PASSWORD);
  await page.locator("#again").fill(PASSWORD);
  await readableInBothThemes(page, "the enrolment");
  await page.locator("#first-code").fill(await freshCode(secret));
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-recovery]")).toHaveCount(10);
  return page.locator("[data-recovery]").allTextContents();
}

export async function fillDoor(page: Page, account: string, password: string, code: string): Promise<void> {
  await page.locator("#account").fill(account);
  await page.locator("#password").fill(password);
  await page.locator("#code").fill(code);
  await page.keyboard.press("Enter");
}

export const pageOf = async (browser: Browser): Promise<Page> => (await browser.newContext({ locale: "ko-KR", viewport: { width: 1280, height: 900 } })).newPage();
