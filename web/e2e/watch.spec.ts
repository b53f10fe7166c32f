// Those who look are looked at: an officer breaks the glass, a second person is told and closes it; looks are counted and
// reviewed; whoever is too close sees nothing.
import type { Page } from "@playwright/test";
import { expect, test, WEARER } from "./world";

const see = async (page: Page, where: string) => {
  await page.evaluate((hash) => (location.hash = hash), `#/${where}`);
};

test("an officer breaks the glass with a reason, a second person reads it and closes it, and the place is gone", async ({ morning, world }) => {
  await morning.drive(2500, 2400, 2, 50);
  const police = await world.open("cases");
  await see(police, "glass");
  const denied = await police.request.get(`/api/v1/positions/${WEARER}`, { headers: { "Haechi-Surface": "cases" } });
  expect(denied.status()).toBe(403);
  await police.getByLabel("대상 (식별번호)").fill(WEARER);
  await police.getByLabel("사유").selectOption({ label: "생명의 위험" });
  await police.getByLabel("열람 시간").selectOption({ label: "5분" });
  await police.getByLabel("상황").fill("신고 전화 중 비명이 들리고 끊겼다");
  await police.getByRole("button", { name: "긴급 열람 시작" }).click();
  const seen = police.getByRole("region", { name: "대상의 현재 위치" });
  await expect(seen).toContainText(/37\.\d{5}, 127\.\d{5}/);

  const auditor = await world.open("cases", { seat: "auditor" });
  await see(auditor, "glasses");
  const card = auditor.locator("[data-glass]");
  await expect(card).toContainText("비명이 들리고");
  await card.getByRole("button", { name: "정당하지 않음: 즉시 종료" }).click();
  await expect(card).toHaveAttribute("data-waits", "false");
  await expect(seen).not.toContainText(/37\.\d{5}/, { timeout: 8000 });

  await see(auditor, "look-ups");
  const row = auditor.locator("[data-account]").filter({ hasText: "police" });
  await expect(row).toHaveAttribute("data-findings", /glass/);
  await row.getByRole("button", { name: "점검: 정당하지 않음" }).click();
  await expect(row).toContainText("정당하지 않음");
  await see(auditor, "looks");
  await expect(auditor.getByRole("region", { name: "열람 기록" }).getByRole("row").filter({ hasText: "broken glass" }).or(
    auditor.getByRole("row").filter({ hasText: "see_position" })).first()).toBeVisible();
});

test("whoever is recused from somebody sees nothing of that person on a screen that is open", async ({ morning, world }) => {
  await morning.drive(2500, 2400, 2, 50);
  const control = await world.open("control");
  const place = () => control.request.get(`/api/v1/positions/${WEARER}`, { headers: { "Haechi-Surface": "control" } });
  expect((await place()).status()).toBe(200);
  const account = ((await (await control.request.get("/api/v1/me/capabilities", { headers: { "Haechi-Surface": "control" } })).json()) as { account: string }).account;
  const auditor = await world.open("cases", { seat: "auditor" });
  await see(auditor, "recusals");
  await auditor.getByLabel("계정", { exact: true }).fill(account);
  await auditor.getByLabel("대상 (식별번호)").fill(WEARER);
  await auditor.getByLabel("사유").selectOption({ label: "전 연인·배우자" });
  await auditor.getByRole("button", { name: "제척 등록" }).click();
  await expect(auditor.getByRole("listitem").filter({ hasText: account })).toBeVisible();
  expect((await place()).status()).toBe(403);
  await auditor.getByRole("listitem").filter({ hasText: account }).getByRole("button", { name: "해제" }).click();
  await expect.poll(async () => (await place()).status()).toBe(200);
  // Nothing rang of him, so that each look stands there by name.
  await see(auditor, "look-ups");
  const row = auditor.locator(`[data-account="${account}"]`);
  await row.getByText("경보 없이 조회한 사람").click();
  await expect(row.locator("[data-quiet]").filter({ hasText: WEARER })).toBeVisible();
});
