// A case played by everybody who has a part in it, each at a screen of their own against a real server: the police report it, the
// link to the device he wears already comes up, the step is taken, the court decides, the device is fitted, it rings; and she
// asks the court herself, which decides on a map and signs.
import type { Page } from "@playwright/test";
import { RECORD, register } from "./case-steps";
import { readable } from "./readable";
import { COURT, expect, HOME, PROTECTED, STATION, test, WEARER, type World } from "./world";

const NUMBER = "2026-0412";
// A folder for pictures to be looked at; nothing is compared by pixel.
const PICTURES = process.env["SHOTS"];

const see = async (page: Page, where: string) => {
  await page.evaluate((hash) => (location.hash = hash), `#/${where}`);
};
const card = (page: Page, name: string | RegExp) => page.locator("li.card[data-measure]").filter({ hasText: name });

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

async function step(page: Page, of: string | RegExp, name: string, fill?: (page: Page) => Promise<void>): Promise<void> {
  await card(page, of).locator(`[data-step=${name}]`).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await fill?.(page);
  await dialog.locator("button[type=submit]").click();
  await expect(dialog).toHaveCount(0);
}

async function openCase(page: Page, number: string, kind: string): Promise<void> {
  await see(page, "cases");
  await page.getByText("새 사건").click();
  await page.getByLabel("사건 번호 (이름을 쓰지 마십시오)").fill(number);
  await page.getByLabel("종류").selectOption(kind);
  await page.getByLabel("상대방 (등록된 번호)").fill(RECORD);
  await page.getByLabel(/^보호대상자/).fill(PROTECTED);
  await page.getByRole("button", { name: "사건 열기" }).click();
  await expect(page.getByRole("heading", { name: new RegExp(number) })).toBeVisible();
}

async function begin(page: Page, code: string): Promise<void> {
  await page.locator("[data-begin] summary").click();
  await page.locator("[data-begin] select").first().selectOption(code);
  await page.locator("[data-begin] .primary").click();
  await page.locator("[data-begin] summary").click();
}

const caseOf = async (world: World, number: string): Promise<string> => {
  const list = (await world.get("cases?state=all"))["cases"] as { case_record: { id: string; number: string } }[];
  return list.find((one) => one.case_record.number === number)?.case_record.id ?? "";
};

test("a case from the report to the alert, each part at its own screen", async ({ world }) => {
  test.setTimeout(150_000);
  await register(world);
  const ankle = await world.deviceOf("ankle-900", "DEVICE_KIND_ANKLE", { person_id: WEARER });
  const phone = await world.deviceOf("phone-900", "DEVICE_KIND_PHONE", { person_id: PROTECTED });
  const police = await world.open("cases");
  await openCase(police, NUMBER, "STALKING");
  const id = await caseOf(world, NUMBER);

  // An urgent measure at once: 48 hours for the judge.
  await begin(police, "ST_URGENT_1");
  await step(police, "긴급응급조치", "IMPOSE");
  await expect(police.getByRole("row").filter({ hasText: /(1일 23시간|2일 0시간) 남음/ }).first()).toBeVisible();
  await step(police, "긴급응급조치", "ASK_APPROVAL", (page) => page.getByRole("dialog").locator("input[name=court]").fill(COURT));
  const court = await world.open("court");
  await see(court, "measures");
  await step(court, "긴급응급조치", "APPROVE");
  await readable(court, "measures before the court");

  // The same man wears a device already: police and probation see it with its clock, and the police take the step.
  const probation = await world.open("cases", { seat: "probation" });
  await expect(probation.locator("[data-link-id][data-state=OPEN]")).toBeVisible();
  await expect(probation.locator("[data-link-id]")).toContainText("남음");
  await picture(probation, "cases-links");
  await readable(probation, "link proposals");
  await see(probation, `person/${WEARER}`);
  await expect(probation.getByText("보호 공백")).toBeVisible();
  await expect(probation.locator(".load-meter")).toContainText("1명");
  await expect(probation.locator(".load-meter")).toContainText("10명");
  await see(police, "links");
  await police.locator("[data-deed=step]").click();
  await expect(police.locator("[data-link-id][data-state=UNDER_WAY]")).toBeVisible();

  // Application, petition, grant with distances, service.
  await see(police, `case/${id}`);
  await begin(police, "ST_PROV_2");
  for (const name of [/2호/, /3호의\s?2|3의2/]) {
    await step(police, name, "PETITION", (page) => page.getByRole("dialog").locator("input[name=court]").fill(COURT));
    await see(court, "measures");
    await step(court, name, "GRANT");
  }
  await step(police, /3호의\s?2|3의2/, "SERVE");
  // What the court granted took the place of the urgent measure; nobody had to say so.
  await expect(card(police, "긴급응급조치")).toContainText("대체됨");

  // The centre fits the device and knows her data: from then on it watches.
  const control = await world.open("control");
  await control.getByRole("link", { name: "사건·연계" }).click();
  await see(control, `case/${id}`);
  await step(control, /3호의\s?2|3의2/, "FIT");
  await step(control, /3호의\s?2|3의2/, "RECEIVE_VICTIM_DATA");
  await expect(card(control, /3호의\s?2|3의2/)).toContainText("효력 있음");
  await picture(control, "control-case");
  await readable(control, "a case over the console");
  for (let n = 0; n < 3; n += 1) {
    await phone.report(HOME);
    await ankle.report(HOME);
  }
  // What rings stays above the pages, and to open it is to leave them.
  await expect(control.locator("[data-critical]").first()).toBeVisible();
  await control.locator("[data-critical]").first().getByRole("button", { name: "열기" }).click();
  await expect(control.locator(".casework")).toHaveCount(0);
  await expect(control.locator("[data-deed=acknowledge]")).toBeEnabled();

  await see(probation, "duties");
  await see(probation, `person/${WEARER}`);
  await expect(probation.locator("[data-past]").first()).toBeVisible({ timeout: 15_000 });
  await expect(probation.getByText("보호 공백")).toHaveCount(0);
  await picture(probation, "cases-person");
  await readable(probation, "a person's legal page");
  await see(control, "statistics");
  await expect(control.getByRole("row").filter({ hasText: STATION }).filter({ hasText: "ST_PROV_3_2" })).toContainText("100.0 %");
  await expect(control.getByRole("row").filter({ hasText: "스토킹범죄" })).toContainText("1");
  await expect(control.getByRole("region", { name: "경찰서별 오경보·미확인 경보" }).getByRole("row").filter({ hasText: STATION })).toContainText("%");
  await expect(control.getByRole("region", { name: "감독 기관별 오경보·미확인 경보" }).getByRole("row")).not.toHaveCount(1);
  await picture(control, "control-statistics");
  await readable(control, "statistics");
  const [csv] = await Promise.all([control.waitForEvent("download"), control.getByRole("button", { name: "CSV 내려받기" }).click()]);
  expect(csv.suggestedFilename()).toMatch(/^haechi-.*\.csv$/);
});

test("she asks the court herself; it orders for the time being, draws a zone, decides and signs; she reads it", async ({ world }) => {
  test.setTimeout(120_000);
  await register(world);
  // He has stood at her door before, under an order that has nothing to do with this case.
  const ankle = await world.deviceOf("ankle-900", "DEVICE_KIND_ANKLE", { person_id: WEARER });
  const phone = await world.deviceOf("phone-900", "DEVICE_KIND_PHONE", { person_id: PROTECTED });
  await world.order("before", WEARER, [{ id: "keep-away", keep_away: { protected_id: PROTECTED } }]);
  // And years ago, says the system that watched him then.
  await world.server.must("POST", "/api/v1/facts", "registrar", [{ violation_taken_over: {
    id: "v-17", source: "old-system", kind: "ALERT_KIND_KEEP_AWAY", wearer_id: WEARER, protected_id: PROTECTED,
    happened_at_us: "1568000000000000", distance_mm: "84500", outcome: "TRUE_VIOLATION",
  } }]);
  for (let n = 0; n < 3; n += 1) {
    await phone.report(HOME);
    await ankle.report(HOME);
  }
  const police = await world.open("cases");
  await openCase(police, NUMBER, "DOMESTIC_VIOLENCE");

  await police.context().close();

  const her = await world.open("me");
  await her.getByRole("button", { name: "설정" }).click();
  await her.getByRole("button", { name: "사건과 청구 보기" }).click();
  await expect(her.getByRole("heading", { name: new RegExp(NUMBER) })).toBeVisible();
  await her.getByRole("button", { name: "청구서 쓰기" }).click();
  await her.getByLabel("무슨 일이 있었습니까?").fill("3월부터 집 앞에서 기다립니다.");
  const photo = await her.evaluate(async () => {
    const canvas = new OffscreenCanvas(3000, 2000);
    canvas.getContext("2d")?.fillRect(0, 0, 1500, 2000);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer())];
  });
  await her.getByLabel("사진·문서 붙이기").setInputFiles([
    { name: "door.jpg", mimeType: "image/jpeg", buffer: Buffer.from(photo) },
    { name: "letter.txt", mimeType: "text/plain", buffer: Buffer.from("기다리겠다") },
  ]);
  await expect(her.getByText("door.jpg")).toBeVisible();
  await picture(her, "me-petition");
  await readable(her, "her petition");
  await her.getByRole("button", { name: "법원에 보내기" }).click();
  await expect(her.locator("[data-petition]")).toContainText("접수되었습니다");

  const court = await world.open("court");
  await expect(court.locator("[data-petition]")).toHaveCount(1);
  await picture(court, "court-docket");
  await readable(court, "the docket");
  await court.locator("[data-petition] a").first().click();
  await expect(court.getByText("3월부터 집 앞에서 기다립니다.")).toBeVisible();
  await expect(court.getByText("접수 때 기록된 내용과 같습니다.")).toBeVisible();
  const [file] = await Promise.all([court.waitForEvent("download"), court.getByRole("button", { name: "letter.txt" }).click()]);
  expect(file.suggestedFilename()).toBe("letter.txt");
  await court.getByLabel("법원 사건 번호").fill("2026-17");
  await court.getByRole("button", { name: "번호 부여" }).click();
  await expect(court.locator(".evidence [data-past]").first()).toBeVisible();
  await expect(court.locator(".evidence svg")).toBeVisible();
  await expect(court.locator("[data-source=old-system]")).toContainText("old-system에서 넘겨받음");
  await court.getByLabel("가져가는 목적").fill("5월 심문");
  const [bundle] = await Promise.all([court.waitForEvent("download"), court.getByRole("button", { name: "서명된 증거 묶음 받기" }).click()]);
  expect(bundle.suggestedFilename()).toMatch(/^haechi-.*\.jsonl$/);
  await expect(court.locator("[data-interim]")).toBeVisible();
  await court.locator("[data-interim] summary").click();
  await court.getByRole("button", { name: "임시로 명령" }).click();
  await expect(court.locator("[data-measure]").filter({ hasText: "임시" })).toContainText("효력 있음");

  // Not a word of it is decided until it is signed; distances must make sense.
  await court.getByLabel("인용").check();
  await court.getByLabel("지도 제공 거리 (m)").fill("50");
  await expect(court.getByText(/금지 ≤ 지도/)).toBeVisible();
  await court.getByLabel("지도 제공 거리 (m)").fill("800");
  await court.getByLabel("중심 (위도, 경도)").fill(`${HOME.lat}, ${HOME.lng}`);
  await court.getByLabel("반지름 (m)").fill("150");
  await court.getByRole("button", { name: "원형 구역 추가" }).click();
  await expect(court.locator("[data-zone]")).toHaveCount(1);
  await drawByKeyboard(court);
  await expect(court.locator("[data-zone]")).toHaveCount(2);
  await court.getByLabel(/^이유/).fill("청구인의 진술은 믿을 만하다.");
  await picture(court, "court-decide");
  await readable(court, "a decision being written");
  await court.getByRole("button", { name: "서명으로" }).click();
  await court.locator("[data-deed=sign]").click();
  await expect(court.getByText("이 청구는 결정되었습니다.")).toBeVisible();
  await expect(court.getByText(/demo-court.* 서명/)).toBeVisible();
  await picture(court, "court-decided");

  await expect(her.locator("[data-petition]")).toContainText("인용되었습니다", { timeout: 15_000 });
  await expect(her.locator("[data-measure]").first()).toContainText("효력이 있습니다");
  await picture(her, "me-decided");
});

// Corners at the middle of the map, moved by the arrow keys, as the map says it itself.
async function drawByKeyboard(page: Page): Promise<void> {
  await page.getByRole("button", { name: "지도에 구역 그리기" }).click();
  await page.getByRole("application").focus();
  for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft"]) {
    await page.keyboard.press("Enter");
    await page.keyboard.press(key);
    await page.keyboard.press(key);
  }
  await page.getByRole("toolbar").getByRole("button").first().click();
}

test("what one may not do is said and not hidden, and nothing is said twice", async ({ world }) => {
  await register(world);
  const police = await world.open("cases");
  await openCase(police, NUMBER, "STALKING");
  // The centre sees the proposal and is told that it is not for it to decide.
  const control = await world.open("control");
  await see(control, "links");
  await expect(control.locator("[data-deed=step]")).toBeDisabled();
  await expect(control.getByText("이 계정은 할 수 없는 일입니다.")).toBeVisible();
  // Behind the pages no key of the console acts.
  await control.keyboard.press("a");
  await control.keyboard.press("Escape");
  await expect(control.locator(".casework")).toHaveCount(0);
  // The same number of a case twice, a person who does not exist: refused where it was asked.
  await see(police, "cases");
  await police.getByText("새 사건").click();
  await police.getByLabel("사건 번호 (이름을 쓰지 마십시오)").fill("x");
  await police.getByLabel("상대방 (등록된 번호)").fill("nobody-here");
  await police.getByLabel(/^보호대상자/).fill(PROTECTED);
  await police.getByRole("button", { name: "사건 열기" }).click();
  await expect(police.getByRole("alert").filter({ hasText: "거부됨" })).toBeVisible();
});
