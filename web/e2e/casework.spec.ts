// What agencies and the protected person do beside the course of a case: read what they were told, change places, give a wearer
// to an officer, agree to be shown distances; and that nothing on these pages moves or is lost by itself.
import type { Locator, Page } from "@playwright/test";
import { filePetition, openCase, orderInterim, post, register, untilActive } from "./case-steps";
import { readable } from "./readable";
import { expect, HOME, PROBATION, PROTECTED, test, WEARER, type World } from "./world";

const PICTURES = process.env["SHOTS"]; // a folder for pictures to be looked at
const picture = async (page: Page, name: string) => {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
};
const see = async (page: Page, where: string) => {
  await page.evaluate((hash) => (location.hash = hash), `#/${where}`);
};
const top = async (one: Locator): Promise<number> => Math.round((await one.boundingBox())?.y ?? NaN);

test("what comes by itself moves nothing under the court's hand, and a lost line loses nothing that was written", async ({ world }) => {
  test.setTimeout(90_000);
  await register(world);
  const caseId = await openCase(world, "2026-0500", "CASE_KIND_DOMESTIC_VIOLENCE");
  const id = await filePetition(world, caseId);
  await post(world, "court", `petitions/${id}/docket`, { docket: "2026-17" });
  const court = await world.open("court");
  await see(court, `petition/${id}`);
  const grant = court.getByLabel("인용");
  await expect(grant).toBeVisible();
  await expect(court.getByText("지난 경보가 없습니다")).toBeVisible();
  await court.getByLabel(/^이유/).fill("청구인의 진술은 믿을 만하다.");
  const before = await top(grant);
  const same = () => expect.poll(() => top(grant)).toBe(before);

  // Somebody else of the court orders for the time being: it comes up below, and at once.
  await orderInterim(world, id);
  await expect(court.locator("[data-measure]").filter({ hasText: "임시" })).toBeVisible({ timeout: 4000 });
  await same();

  // The server does not answer for a while.
  await court.route(`**/api/v1/petitions/${id}`, (route) => route.abort());
  await post(world, "cases", `cases/${caseId}/reports`, { code: "waited", text: "" });
  await expect(court.getByText(/불러오지 못했습니다/)).toBeVisible({ timeout: 4000 });
  await same();
  await court.unroute(`**/api/v1/petitions/${id}`);

  // It is gone: what was written stays, cannot be sent, and can again when it is back.
  await grant.check();
  await world.server.kill();
  await expect(court.locator(".link-bar")).toBeVisible({ timeout: 20_000 });
  await expect(court.getByLabel(/^이유/)).toHaveValue("청구인의 진술은 믿을 만하다.");
  await expect(grant).toBeChecked();
  await same();
  await court.getByRole("button", { name: "서명으로" }).click();
  await expect(court.locator("[data-deed=sign]")).toBeDisabled();
  await world.server.begin();
  await expect(court.locator("[data-deed=sign]")).toBeEnabled({ timeout: 20_000 });
});

test("an agency reads what it was told, and who was told sees that it was read", async ({ world }) => {
  await register(world);
  const probation = await world.open("cases", { seat: "probation" });
  await see(probation, "notifications");
  await expect(probation.getByText("받은 알림이 없습니다")).toBeVisible();
  const caseId = await openCase(world, "2026-0501");
  const row = probation.locator("[data-notification]").filter({ hasText: "새 사건" });
  await expect(row).toBeVisible({ timeout: 4000 });
  await expect(row).toHaveAttribute("data-state", /QUEUED|SENT|DELIVERED/);
  await row.getByRole("button", { name: "읽음" }).click();
  await expect(row).toHaveAttribute("data-state", "OPENED");
  await expect(row.getByRole("button")).toHaveCount(0);
  const police = await world.open("cases");
  await see(police, `case/${caseId}`);
  await police.getByText(/이 사건으로 보낸 알림/).click();
  await expect(police.locator("li").filter({ hasText: "새 사건" }).filter({ hasText: "보호관찰소" })).toContainText("읽음");
});

test("before distances are shown she reads of the penalty and agrees; taken back, they are not shown any more", async ({ world }) => {
  test.setTimeout(90_000);
  world.agreed = false;
  await register(world);
  const ankle = await world.deviceOf("ankle-900", "DEVICE_KIND_ANKLE", { person_id: WEARER });
  const phone = await world.deviceOf("phone-900", "DEVICE_KIND_PHONE", { person_id: PROTECTED });
  const caseId = await openCase(world, "2026-0502");
  await untilActive(world, caseId);
  const meet = async () => {
    for (let n = 0; n < 3; n += 1) {
      await phone.report(HOME);
      await ankle.report(HOME);
    }
  };
  await meet();
  const her = await world.open("me");
  await expect(her.locator(".banner")).toContainText("지금은 거리와 방향을 알려 드리지 않습니다");
  await expect(her.locator(".sights")).toHaveCount(0);
  await her.locator("[data-consent=open]").getByRole("button").click();
  await expect(her.getByText(/3년 이하의 징역/)).toBeVisible();
  const give = her.getByRole("button", { name: "동의하고 위치 받기" });
  await expect(give).toBeDisabled();
  await picture(her, "me-consent");
  await readable(her, "the notice");
  await her.getByLabel(/읽었고/).check();
  await give.click();
  await expect(her.locator("[data-consent=given]")).toBeVisible();
  await her.getByRole("button", { name: "닫기" }).click();
  await meet();
  await expect(her.locator(".sights")).toBeVisible();
  await expect(her.locator("[data-consent=open]")).toHaveCount(0);
  const said = await world.get("me/cases", await world.keyOf("me"));
  expect((said["consent"] as { notice_code: string }).notice_code).toBe((said["notice"] as { code: string }).code);

  const police = await world.open("cases");
  await see(police, `case/${caseId}`);
  await expect(police.locator(`[data-consent="${PROTECTED}"]`)).toContainText("처벌 안내 읽음");
  await her.getByRole("button", { name: "설정" }).click();
  await her.getByRole("button", { name: "위치 제공 동의" }).click();
  await her.getByRole("button", { name: "동의 거두기" }).click();
  await her.getByRole("button", { name: /^거두기/ }).click();
  await expect(give).toBeVisible();
  await expect(police.locator(`[data-consent="${PROTECTED}"]`)).toContainText("동의 철회", { timeout: 4000 });
  await her.getByRole("button", { name: "나중에" }).click();
  await expect(her.locator(".banner")).toContainText("지금은 거리와 방향을 알려 드리지 않습니다");
  await expect(her.locator(".sights")).toHaveCount(0);

  // Setting up leads to it, too, and back.
  await her.getByRole("button", { name: "설정" }).click();
  await her.getByRole("button", { name: "처음 설정 다시 보기" }).click();
  await expect(her.locator(".setup-steps")).toContainText("동의하지 않으셨습니다");
  await her.getByRole("button", { name: "안내 읽기" }).click();
  await expect(give).toBeVisible();
  await her.getByRole("button", { name: "나중에" }).click();
  await expect(her.locator(".setup-steps")).toBeVisible();
});

test("she moves: the police give her new place, and every version of it is counted", async ({ world }) => {
  await register(world);
  const caseId = await openCase(world, "2026-0503");
  const police = await world.open("cases");
  await see(police, `case/${caseId}`);
  const places = police.locator(`[data-places="${PROTECTED}"]`);
  await expect(places.getByText("정해진 장소가 없습니다")).toBeVisible();
  const add = async (place: string) => {
    await places.getByLabel("중심 (위도, 경도)").fill(place);
    await places.getByLabel("반지름 (m)").fill("120");
    await places.getByRole("button", { name: "원형 구역 추가" }).click();
  };
  await places.getByText("장소 바꾸기").click();
  await expect(places.getByRole("button", { name: "장소 변경 기록" })).toBeDisabled();
  await add(`${HOME.lat}, ${HOME.lng}`);
  await expect(places.getByRole("status").last()).toContainText("더하기 1, 바꾸기 0, 빼기 0");
  await picture(police, "cases-places");
  await readable(police, "places being changed");
  await places.getByRole("button", { name: "장소 변경 기록" }).click();
  await expect(places.getByText("1판")).toBeVisible();
  const home = (await places.locator("[data-place]").first().getAttribute("data-place")) ?? "";

  await places.getByText("장소 바꾸기").click();
  await places.locator(`[data-zone="${home}"]`).getByRole("button", { name: "더는 보호 장소가 아님" }).click();
  await add("37.6500, 127.1500");
  await places.getByLabel("대신하는 장소").selectOption(home);
  await expect(places.getByRole("status").last()).toContainText("더하기 0, 바꾸기 1, 빼기 0");
  await places.getByRole("button", { name: "장소 변경 기록" }).click();
  await expect(places.getByText("2판")).toBeVisible();
  await expect(places.locator("[data-place]")).toHaveCount(1);
  await expect(places.locator(`[data-place="${home}"]`)).toHaveCount(0);

  const before = police.locator("[data-places-before]");
  await before.getByText("언제 어느 장소가 보호되었는지").click();
  const rows = before.getByRole("row").filter({ hasText: "경찰 기록" });
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("2판");
  await expect(rows.first()).toContainText("지금 유효");
  await expect(rows.last()).toContainText(home);
  await readable(police, "places as they were");
});

test("a judgement is written down by the court with the offence it is for", async ({ world }) => {
  await register(world);
  await world.person("convict-1", "ROLE_WEARER", { name: "박피고" });
  const court = await world.open("court");
  await see(court, "measures");
  const judgement = court.locator("[data-judgement]");
  await judgement.getByText("판결·가석방·보석 결정 기록").click();
  await judgement.locator("select").first().selectOption("EM_POST");
  await judgement.locator("select").last().selectOption("MURDER");
  await judgement.getByLabel("상대방 (등록된 번호)").fill("convict-1");
  await judgement.getByLabel("종료일 (그날까지)").fill(`${new Date().getFullYear() + 3}-03-14`);
  await judgement.getByRole("button", { name: "기록", exact: true }).click();
  await expect(judgement.getByRole("status")).toContainText("기록했습니다");
  await expect(court.locator("[data-measure]").filter({ hasText: "살인범죄" })).toHaveCount(1);
  await readable(court, "a judgement written down");
});

test("the centre gives a wearer to an officer with every load in sight against guideline and average", async ({ world }) => {
  await register(world);
  await fill(world, "demo-probation-busy", 10);
  const control = await world.open("control");
  await see(control, `person/${WEARER}`);
  await control.getByText("보호관찰관 지정").click();
  await expect(control.getByText(/기준 10명, 전국 평균 21.6명/)).toBeVisible();
  await control.getByLabel(/demo-probation-busy/).check();
  await expect(control.getByText("이 사람을 맡으면 11명으로, 기준 10명을 넘습니다.")).toBeVisible();
  await picture(control, "control-supervise");
  await readable(control, "an officer being chosen");
  await control.locator("[data-supervise] button[type=submit]").click();
  await expect(control.locator(".load-meter")).toContainText("11명");
  await expect(control.getByText("담당 11명으로 기준 10명을 넘습니다.")).toBeVisible();
  await see(control, "statistics");
  await expect(control.getByRole("row").filter({ hasText: "demo-probation-busy" })).toContainText("기준 초과 11");
});

async function fill(world: World, officer: string, wearers: number): Promise<void> {
  await world.wearers(wearers);
  for (let n = 1; n <= wearers; n += 1) {
    await world.put(`persons/w-${String(n).padStart(4, "0")}/supervisor`, { officer, agency_id: PROBATION });
  }
}
