// The Namyangju morning, seen from all four screens at once. On the way the control centre's socket is cut, her phone has no
// network for a minute, and the server is killed and started again: nothing is lost, nothing comes twice, and every screen
// says loudly when its line is dead.
import type { Page, WebSocketRoute } from "@playwright/test";
import { CARS, expect, type Motion, test, WEARER, type World } from "./world";

interface AlertRecord {
  alert: { id: string; kind: string; incident_id: string; handling: string; code: number };
  ledger: Record<string, string>;
}
interface Call {
  id: string;
  state: string;
  code: number;
  incident_id: string;
  assignments: { unit_id: string; target: string; status: string; by_policy: boolean }[];
  destinations: { target: string; place?: unknown }[];
}

const MINUTE_MS = 60_000;
const kind = (alert: AlertRecord["alert"]) => alert.kind.replace("ALERT_KIND_", "");
const alerts = async (world: World) => (await world.get("alerts?limit=1000"))["alerts"] as AlertRecord[];
const kinds = async (world: World) => (await alerts(world)).map((each) => kind(each.alert)).sort();
const calls = async (world: World) => (await world.get("calls", await world.keyOf("dispatch")))["calls"] as Call[];
const link = (page: Page) => page.locator("[data-link]").first();
const live = (page: Page) => expect(link(page)).toHaveAttribute("data-link", "live", { timeout: 20_000 });
const loud = (page: Page) => page.locator(".link-bar, .state-link_lost [role=alert]");
const rows = (page: Page) => page.locator("[data-alert]");

// One step of the crew: the button, and the seconds in which it could be taken back.
async function step(page: Page, name: string): Promise<void> {
  const button = page.locator(`[data-step=${name}]`);
  await expect(button).toHaveAttribute("aria-disabled", "false", { timeout: 10_000 });
  const height = (await button.boundingBox())?.height ?? 0;
  expect(height).toBeGreaterThanOrEqual(64);
  await button.click();
  if (name === "CLEARED") await page.locator("[data-confirm=CLEARED]").click();
}

async function resolve(page: Page, world: World, id: string): Promise<void> {
  await page.locator(`[data-alert="${id}"]`).click();
  for (const [key, handling] of [["a", "ACKNOWLEDGED"], ["t", "IN_PROGRESS"]] as const) {
    await expect(page.locator(`[data-deed=${key === "a" ? "acknowledge" : "act"}]`)).toBeEnabled();
    await page.keyboard.press(key);
    await expect.poll(async () => (await alerts(world)).find((each) => each.alert.id === id)?.alert.handling).toBe(`ALERT_HANDLING_${handling}`);
  }
  await expect(page.locator("[data-deed=resolve]")).toBeEnabled();
  await page.keyboard.press("x");
  const dialog = page.getByRole("dialog", { name: "처리 결과" });
  await dialog.getByRole("radio", { name: "실제 위반" }).check();
  const sure = dialog.getByRole("checkbox");
  if (await sure.count()) await sure.check();
  await dialog.locator("button[type=submit]").click();
  await expect(dialog).toHaveCount(0);
}

test("the morning from all four screens: nothing lost, nothing twice, every dead line loud", async ({ morning, world }) => {
  test.setTimeout(200_000);
  const motion: Motion = morning.live(2600);
  const control = await cuttable(world);
  const dispatch = await world.open("dispatch");
  const field = await world.open("field", { unit_id: CARS[0] });
  const me = await world.open("me");
  await me.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  try {
    // Quiet. Every screen says so in words, none of them says that all is well.
    await expect(control.page.getByText("현재 열린 경보 없음")).toBeVisible();
    await expect(dispatch.getByText("진행 중인 사건이 없습니다")).toBeVisible();
    await expect(field.getByText("배정된 출동이 없습니다.")).toBeVisible();
    await expect(me.getByRole("heading", { name: "지금 접근 알림이 없습니다" })).toBeVisible();

    // 2 km: the control room is warned, she sees distance and direction and no map; nobody is sent.
    await motion.to(1800);
    await expect(rows(control.page)).toHaveCount(1);
    await expect(me.locator(".dial")).toBeVisible();
    await expect(me.locator(".numbers")).toContainText("km");
    await expect(me.getByRole("button", { name: "지도 보기" })).toHaveCount(0);
    expect(await calls(world)).toEqual([]);

    // Her phone loses the network for a minute, the control room's socket is cut, and he drives on.
    await me.context().setOffline(true);
    const offlineAt = Date.now();
    await expect(me.getByRole("heading", { name: "서버와 연결되지 않았습니다" })).toBeVisible({ timeout: 20_000 });
    await control.cut();
    await motion.to(900);
    await expect.poll(() => kinds(world)).toEqual(["NEAR_POLICE", "NEAR_WARN"]);
    await live(control.page);
    await expect(rows(control.page)).toHaveCount(2);
    expect(control.lines()).toBe(2);

    // 1 km: a call with two places to go, two cars, and nobody has pressed anything.
    await expect.poll(async () => (await calls(world))[0]?.assignments.length).toBe(2);
    const call = (await calls(world))[0] as Call;
    expect(call.assignments.every((each) => each.by_policy)).toBe(true);
    expect(new Set(call.assignments.map((each) => each.target))).toEqual(new Set(["TARGET_WEARER", "TARGET_PROTECTED_PERSON"]));
    expect(call.destinations.every((each) => each.place)).toBe(true);
    await expect(dispatch.locator(`[data-call="${call.id}"]`)).toBeVisible();
    await expect(field.getByText(call.id).first()).toBeVisible();
    await expect(field.locator("[data-distance]").first()).toBeVisible();

    // The server dies. Three screens say so within seconds and none drops what it has; the fourth says so already.
    await world.server.kill();
    for (const page of [control.page, dispatch, field]) await expect(loud(page)).toBeVisible({ timeout: 8000 });
    await expect(rows(control.page)).toHaveCount(2);
    await expect(field.getByText(call.id).first()).toBeVisible();
    await step(field, "ACKNOWLEDGED"); // into the outbox
    await world.server.begin();
    for (const page of [control.page, dispatch, field]) {
      await live(page);
      await expect(loud(page)).toHaveCount(0);
    }
    await expect(rows(control.page)).toHaveCount(2);
    expect((await calls(world)).map((each) => each.id)).toEqual([call.id]);
    const mine = async () => (await calls(world))[0]?.assignments.find((each) => each.unit_id === CARS[0])?.status;
    await expect.poll(mine).toBe("UNIT_STATUS_ACKNOWLEDGED");
    await step(field, "EN_ROUTE");
    await expect.poll(mine, { timeout: 15_000 }).toBe("UNIT_STATUS_EN_ROUTE");
    await expect(dispatch.locator(`[data-unit=${CARS[0]}]`)).toContainText("출동");

    // After a minute her phone has a network again, and says where he is now.
    await expect.poll(() => Date.now() - offlineAt, { timeout: MINUTE_MS + 5000 }).toBeGreaterThanOrEqual(MINUTE_MS);
    await expect(me.getByRole("heading", { name: "서버와 연결되지 않았습니다" })).toBeVisible();
    await expect(me.locator(".last-known")).toBeVisible();
    await me.context().setOffline(false);
    await live(me);
    await expect(me.locator(".numbers")).toContainText(/약\s[89]\d\d\sm/, { timeout: 10_000 });

    // 600 m: her map. 100 m: the ban.
    await motion.to(480);
    await me.getByRole("button", { name: "지도 보기" }).click();
    await expect(me.getByRole("application")).toBeVisible();
    await me.getByRole("button", { name: "뒤로" }).click();
    await motion.to(80);
    await expect.poll(() => kinds(world)).toEqual(["KEEP_AWAY", "NEAR_MAP", "NEAR_POLICE", "NEAR_WARN"]);
    await expect(control.page.locator("[data-critical]").first()).toBeVisible();
    await expect(me.getByRole("heading", { name: /가까워지고 있습니다|아주 가까운 곳에 있습니다/ })).toBeVisible();

    // He cuts the strap, she calls for help.
    await morning.him(motion.distanceM, { events: ["DEVICE_EVENT_STRAP_CUT"] });
    const box = await me.locator("footer button.sos").boundingBox();
    if (!box) throw new Error("no button");
    await me.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await me.mouse.down();
    await expect(me.getByRole("heading", { name: "신고가 도착했습니다" })).toBeVisible({ timeout: 5000 });
    await me.mouse.up();
    await expect.poll(() => kinds(world)).toEqual(["KEEP_AWAY", "NEAR_MAP", "NEAR_POLICE", "NEAR_WARN", "SOS", "STRAP_CUT"]);
    await expect(rows(control.page)).toHaveCount(6);
    expect(new Set((await alerts(world)).map((each) => each.alert.incident_id))).toEqual(new Set([call.incident_id]));
    expect((await calls(world)).map((each) => [each.id, each.code])).toEqual([[call.id, 0]]);
    await expect(dispatch.locator("[data-call]")).toHaveCount(1);
    await expect(dispatch.locator(`[data-call="${call.id}"]`)).toContainText("심각");

    // On the scene and done: the crew presses, the other crew's terminal speaks for itself.
    const other = await world.keyOf("field", { unit_id: CARS[1] });
    for (const status of ["ACKNOWLEDGED", "EN_ROUTE", "ON_SCENE"]) {
      await world.server.must("POST", `/api/v1/units/${CARS[1]}/status`, other, { status: `UNIT_STATUS_${status}`, call_id: call.id });
    }
    await step(field, "ON_SCENE");
    await expect.poll(mine, { timeout: 15_000 }).toBe("UNIT_STATUS_ON_SCENE");
    await world.server.must("POST", `/api/v1/units/${CARS[1]}/status`, other, { status: "UNIT_STATUS_CLEARED", call_id: call.id });
    await step(field, "CLEARED");
    await expect.poll(async () => (await calls(world))[0]?.state ?? "CALL_STATE_CLOSED", { timeout: 15_000 }).toBe("CALL_STATE_CLOSED");
    await expect(field.getByText(/접근 권한이 끝났습니다|상황 종료가 보고되었습니다/)).toBeVisible();
    expect(await field.locator("body").innerText()).not.toContain(WEARER);
    await expect(field.locator("[data-distance]")).toHaveCount(0);
    await expect(dispatch.getByText("진행 중인 사건이 없습니다")).toBeVisible();

    // He is led away with a new strap; the control room settles every alert; her screen says so, and no more.
    await motion.to(2600);
    await morning.him(motion.distanceM, { events: ["DEVICE_EVENT_STRAP_CLOSED"] });
    for (const { alert } of await alerts(world)) await resolve(control.page, world, alert.id);
    await expect(me.locator(".dial")).toHaveCount(0, { timeout: 15_000 });
    await me.getByRole("button", { name: "첫 화면으로" }).click();
    await expect(me.getByRole("heading", { name: "관제센터가 알림을 처리했습니다" })).toBeVisible();
    await expect(control.page.locator("[data-critical]")).toHaveCount(0);

    for (const { alert } of await alerts(world)) await checkLedger(world, alert.id);
  } finally {
    await motion.halt();
  }
});

// The control room's page behind a relay whose socket can be cut, as a proxy that restarts does it.
async function cuttable(world: World): Promise<{ page: Page; cut: () => Promise<void>; lines: () => number }> {
  const context = await world.browserFor("control");
  const page = await context.newPage();
  const open: { ws: WebSocketRoute; server: WebSocketRoute }[] = [];
  await page.routeWebSocket(/\/live\?/, (ws) => void open.push({ ws, server: ws.connectToServer() }));
  await world.enter(page, "control");
  await live(page);
  return {
    page,
    lines: () => open.length,
    cut: async () => {
      await open.at(-1)?.server.close({ code: 1001 });
      await open.at(-1)?.ws.close({ code: 1001 });
    },
  };
}

// What happened later has the later time, and the order went out without a pause for a human.
async function checkLedger(world: World, id: string): Promise<void> {
  const { alert, ledger } = (await world.get(`alerts/${id}`))["alert"] as AlertRecord;
  const at = (hop: string) => Number(ledger[`${hop}_at_us`] ?? 0);
  // Steps inside of the engine bear the stamp of the entry that decided them; its writing and judging end after that.
  const order = ["received", "sent", "handed_off", "accepted", "assigned", "on_scene"].filter((hop) => at(hop) > 0);
  const times = order.map(at);
  for (const hop of ["durable", "judged"]) expect(at(hop), hop).toBeGreaterThanOrEqual(at("received"));
  expect(times, `${kind(alert)}: ${order.join(", ")}`).toEqual([...times].sort((a, b) => a - b));
  expect(at("opened")).toBeGreaterThanOrEqual(at("received"));
  for (const screen of ["control", "dispatch", "field", "protected"]) {
    if (at(`shown_${screen}`) > 0) expect(at(`shown_${screen}`), `${kind(alert)} shown at ${screen}`).toBeGreaterThanOrEqual(at("durable"));
  }
  expect(at("shown_control"), `${kind(alert)} was seen in the control room`).toBeGreaterThan(0);
  if (kind(alert) === "NEAR_POLICE") {
    expect(at("assigned")).toBeGreaterThan(0);
    expect(at("assigned") - at("received")).toBeLessThan(5_000_000);
    for (const screen of ["dispatch", "field"]) expect(at(`shown_${screen}`), screen).toBeGreaterThan(0);
    const since = (hop: string) => `${hop} ${((at(hop) - at("received")) / 1000).toFixed(0)} ms`;
    console.log(`     since the report: ${["durable", "judged", "sent", "accepted", "assigned", "shown_control", "shown_dispatch", "shown_field", "shown_protected"].filter((hop) => at(hop) > 0).map(since).join(", ")}`);
  }
}
