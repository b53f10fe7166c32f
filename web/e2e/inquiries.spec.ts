// What others want of a wearer: history, which a court permits or refuses, and pictures of cameras, of which he is told.
import type { Page } from "@playwright/test";
import { openCase, RECORD, register } from "./case-steps";
import { expect, HOME, test, WEARER } from "./world";

const see = async (page: Page, where: string) => {
  await page.evaluate((hash) => (location.hash = hash), `#/${where}`);
};
// What a field of date and time takes, on the clock of Korea.
const field = (ms: number): string => new Date(ms + 9 * 3_600_000).toISOString().slice(0, 16);

test("police look in urgency, the court refuses: the track is gone, and what was seen is destroyed and said so", async ({ world }) => {
  test.setTimeout(90_000);
  await register(world);
  const his = await world.deviceOf("ankle-900", "DEVICE_KIND_ANKLE", { person_id: WEARER });
  await his.report(HOME);
  const caseId = await openCase(world, "2026-0900");
  const police = await world.open("cases");
  await see(police, `case/${caseId}`);
  await police.getByRole("link", { name: "위치 이력 열람 청구" }).click();
  await expect(police.getByLabel("대상 (식별번호)")).toHaveValue(RECORD);
  await police.getByLabel("부터").fill(field(Date.now() - 3_600_000));
  await police.getByLabel("까지").fill(field(Date.now() + 3_600_000));
  await police.getByLabel("청구 사유").fill("피해자가 귀가하지 않았고 피의자가 부근에서 목격되었다");
  await police.getByRole("checkbox", { name: /긴급/ }).check();
  await police.getByLabel(/승인한 상급자/).fill("demo-police"); // another of the station's
  await police.getByRole("button", { name: "긴급 열람 시작" }).click();
  await expect(police.locator("[data-state=INQUIRY_STATE_PENDING]")).toBeVisible();
  await expect(police.locator("[data-code=K12]")).toBeVisible();
  const inquiry = decodeURIComponent((await police.evaluate(() => location.hash)).split("/")[2] ?? "");
  await world.server.must("POST", `/api/v1/inquiries/${inquiry}/confirmation`, "police", { confirmed: true });
  await expect(police.getByText(/· 확인/).first()).toBeVisible({ timeout: 8000 });
  await police.getByRole("button", { name: "이력 보기" }).click();
  const track = police.locator('section[aria-label="허가된 기간의 위치"]');
  await expect(track).toContainText("37.70000, 127.20600");
  await expect(police.locator("[data-handed-to]")).toContainText("1회");

  const court = await world.open("court");
  await see(court, "inquiries");
  await court.getByRole("link", { name: RECORD }).click();
  await court.getByLabel("불허").check();
  await court.getByLabel("이유").fill("긴급한 사유가 소명되지 않았다");
  await court.getByRole("button", { name: "서명하고 결정" }).click();
  await expect(court.locator("[data-state=INQUIRY_STATE_REFUSED]")).toBeVisible();

  await expect(police.locator("[data-state=INQUIRY_STATE_REFUSED]")).toBeVisible({ timeout: 8000 });
  await expect(track).toHaveCount(0);
  await expect(police.locator("[data-code=K12-R]")).toBeVisible();
  await police.getByLabel(/어떻게, 누구 앞에서/).fill("출력물 1부 파쇄, 입회 윤 경사");
  await police.getByRole("button", { name: "폐기를 기록" }).click();
  await expect(police.locator("[data-code=K12-R]")).toHaveCount(0);

  const probation = await world.open("cases", { seat: "probation" });
  await see(probation, "inquiries");
  await expect(probation.getByRole("row").filter({ hasText: "불허" })).toBeVisible();
  await see(probation, `provisions/${WEARER}`);
  await probation.getByRole("button", { name: "본인 요청에 따라 작성" }).click();
  const record = probation.locator("[data-record]");
  await expect(record).toContainText("record of places given");
  await expect(record).not.toContainText(/police \|/);
});

test("the centre asks for pictures, views them, and records that the wearer was told", async ({ world }) => {
  await register(world);
  const control = await world.open("control");
  await see(control, "pictures");
  await control.getByText("새 요청").click();
  await control.getByLabel("피부착자", { exact: true }).fill(WEARER);
  await control.getByLabel("제공기관 (식별번호)").fill("namyangju-city");
  await control.getByLabel("어느 카메라, 어느 구역").fill("오남시장 정문 3, 4번");
  await control.getByLabel("부터").fill(field(Date.now() - 3_600_000));
  await control.getByLabel("까지").fill(field(Date.now()));
  await control.getByLabel("의심되는 위반과 긴급한 사유").fill("장치 절단 의심");
  await control.getByRole("button", { name: "요청 기록" }).click();
  await expect(control.getByRole("heading", { name: /영상정보 요청/ })).toBeVisible();
  await expect.poll(() => control.evaluate(() => location.hash)).toMatch(/^#\/pictures\/./);
  const id = decodeURIComponent((await control.evaluate(() => location.hash)).split("/")[2] ?? "");
  const now = String((Date.now() + 1) * 1000);
  const viewed = await world.server.ask("POST", `/api/v1/pictures/${id}/viewed`, await world.keyOf("control"), { from_us: now }, { "Idempotency-Key": crypto.randomUUID() });
  expect(viewed.status).toBe(200);
  const notice = control.getByRole("region", { name: "피부착자에게 보내는 통지" });
  await expect(notice).toContainText("namyangju-city", { timeout: 8000 });
  await expect(notice).not.toContainText("오남시장");
  await notice.getByLabel("방법").selectOption({ label: "우편" });
  await notice.getByRole("button", { name: "통지했음을 기록" }).click();
  await expect(control.locator("[data-told=letter]")).toBeVisible();
});
