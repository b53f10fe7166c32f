// Signing in by an agency's identity provider, in a browser, against a real one: what lets in, and each thing that does not.
import { type Browser, type Cookie, expect, type Page, test } from "@playwright/test";
import type { JWTPayload } from "jose";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { enrol, fillDoor, pageOf, PASSWORD, readableInBothThemes } from "./people";
import { CLIENT, IdentityProvider } from "./provider";
import { Server } from "./server";

test.setTimeout(180_000);

const NAME = "경찰청 통합인증";

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

class Agency {
  private constructor(
    readonly server: Server,
    readonly provider: IdentityProvider,
    readonly folder: string,
  ) {}

  static async start(): Promise<Agency> {
    const [port, providerPort] = [await freePort(), await freePort()];
    const pages = `http://127.0.0.1:${port}`;
    const provider = await IdentityProvider.start(providerPort, `${pages}/api/v1/sign-in/providers/nmpa/return`);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "haechi-oidc-"));
    fs.writeFileSync(path.join(folder, "secret"), CLIENT.secret + "\n", { mode: 0o600 });
    const settings = `[notify]\npages = "${pages}"\n[[oidc]]\nid = "nmpa"\nname = "${NAME}"\nissuer = "${provider.issuer}"
client_id = "${CLIENT.id}"\nclient_secret_file = "${folder}/secret"\n`;
    return new Agency(await Server.start(settings, port), provider, folder);
  }

  async end(): Promise<void> {
    await this.server.end();
    await this.provider.end();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  // Why sign-ins were refused, newest first, as the audit trail says.
  async refusals(): Promise<string[]> {
    const { entries } = (await this.server.must("GET", "/api/v1/audit?limit=1000", "auditor")) as { entries: { access: { action: string; reason: string; allowed?: boolean } }[] };
    return entries.filter((one) => one.access.action === "sign_in" && !one.access.allowed).map((one) => one.access.reason);
  }
}

const button = (page: Page) => page.getByRole("link", { name: NAME });
const live = (page: Page) => page.locator("[data-link=live]").first();
const said = (page: Page) => page.getByRole("alert");

// Before the provider's own pages: its login, then its question whether we may know.
async function passProvider(page: Page, who: string): Promise<void> {
  await page.locator("[name=login]").fill(who);
  await page.locator("[name=password]").fill("what the provider asks is not ours");
  await page.locator("[type=submit]").click();
  await page.locator("[type=submit]").click();
}

// The first administrator, who has invited kim of the provider; the recovery codes are the administrator's.
async function inviteKim(browser: Browser, server: Server): Promise<{ admin: Page; codes: string[] }> {
  const admin = await pageOf(browser);
  const codes = await enrol(admin, /^administrator (http\S+)/m.exec(server.said)?.[1] ?? "");
  await admin.locator(".codes .button").click();
  await admin.locator("[name=new-account]").fill("nmpa.kim");
  await admin.locator("[name=new-role]").selectOption("control");
  await admin.getByRole("button", { name: "초대" }).click();
  await expect(admin.getByText("주소가 필요 없습니다")).toBeVisible();
  return { admin, codes };
}

test("an agency's people sign in by their provider, and nobody by anything that it did not say", async ({ browser }) => {
  const agency = await Agency.start();
  const { server, provider } = agency;
  try {
    const { admin, codes } = await inviteKim(browser, server);
    await expect(admin.locator("[data-person='nmpa.kim']")).toContainText("사용 중");

    const officer = await pageOf(browser);
    await officer.goto(`${server.origin}/control/`);
    await expect(button(officer)).toBeVisible();
    await readableInBothThemes(officer, "the door with a provider");
    await button(officer).click();
    await passProvider(officer, "kim");
    await expect(live(officer)).toBeAttached();
    await expect(officer).toHaveURL(`${server.origin}/control/`);
    expect((await officer.context().cookies()).map((cookie) => cookie.name), "the way to the provider is over").not.toContain("haechi_flow");

    // An administrator sees and ends the session as any other; the provider, which knows the browser, lets it in again.
    const again = async () => {
      await admin.locator("[data-person='nmpa.kim']").getByRole("button", { name: "모두 로그아웃" }).click();
      await expect(button(officer), "the session has ended").toBeVisible();
      await button(officer).click();
    };
    await again();
    await expect(live(officer)).toBeAttached();
    await admin.locator("[data-person='nmpa.kim']").getByRole("button", { name: "모두 로그아웃" }).click();

    const now = () => Math.floor(Date.now() / 1000);
    const lies: [string, (claims: JWTPayload) => JWTPayload][] = [
      ["is for another audience", (claims) => ({ ...claims, aud: "another" })],
      ["was given to another party", (claims) => ({ ...claims, aud: [CLIENT.id, "another"] })],
      ["was given to another party", (claims) => ({ ...claims, azp: "another" })],
      ["is of another issuer", (claims) => ({ ...claims, iss: `${provider.issuer}/another` })],
      ["has ended", (claims) => ({ ...claims, exp: now() - 61 })],
      ["is too old", (claims) => ({ ...claims, iat: now() - 601 })],
      ["is of the future", (claims) => ({ ...claims, iat: now() + 120 })],
      ["is of another sign-in", (claims) => ({ ...claims, nonce: "another" })],
      ["is of another sign-in", ({ nonce: _, ...claims }) => claims],
      ["does not say when the person signed in", ({ auth_time: _, ...claims }) => claims],
      ["of a sign-in too long ago", (claims) => ({ ...claims, auth_time: now() - 12 * 3600 - 1 })],
      ["does not say who it is", ({ preferred_username: _, ...claims }) => claims],
      ["no such account", (claims) => ({ ...claims, sub: "lee", preferred_username: "lee" })],
      ["the account is another person's there", (claims) => ({ ...claims, sub: "another kim" })],
    ];
    // The cookie of an ended session is a wrong key, and of those an address has twenty a minute.
    const forgetSession = () => officer.context().clearCookies({ name: "haechi_control" });
    const refused = async (why: string) => {
      const before = (await agency.refusals()).length;
      await button(officer).click();
      await expect.poll(async () => (await agency.refusals()).length, `${why}: the server has refused`).toBe(before + 1);
      expect((await agency.refusals())[0]).toContain(why);
      await expect(said(officer), `${why}: the door says so`).toContainText("들어올 수 없습니다");
      await officer.reload();
    };
    await expect(button(officer)).toBeVisible();
    await forgetSession();
    for (const [why, lie] of lies) {
      provider.lie = lie;
      await refused(why);
    }
    provider.lie = null;
    for (const [signature, why] of [["none", "in a way that is not taken"], ["shared secret", "in a way that is not taken"], ["stranger", "not signed by the provider"]] as const) {
      provider.signature = signature;
      await refused(why);
    }
    provider.signature = "right";

    // Whose name there has changed is still who he was.
    provider.lie = (claims) => ({ ...claims, preferred_username: "kim-younghee" });
    await button(officer).click();
    await expect(live(officer)).toBeAttached();
    provider.lie = null;
    await admin.locator("[data-person='nmpa.kim']").getByRole("button", { name: "모두 로그아웃" }).click();
    await expect(button(officer)).toBeVisible();

    // A key that was not there a moment ago is asked for; then it is known.
    await button(officer).click();
    await expect(live(officer)).toBeAttached();
    const reads = provider.keyReads;
    await provider.rotate("second");
    await again();
    await expect(live(officer)).toBeAttached();
    expect(provider.keyReads).toBe(reads + 1);

    await admin.locator("[data-person='nmpa.kim']").getByRole("button", { name: "중지" }).click();
    await expect(button(officer)).toBeVisible();
    await forgetSession();
    await refused("disabled");

    // The provider is away. For ten seconds we do not know, and the browser finds nobody there; then the door says it.
    await provider.end();
    const goingThere = async () => {
      await officer.goto(`${server.origin}/control/`);
      await button(officer).click();
      return said(officer).textContent({ timeout: 8_000 }).catch(() => "");
    };
    await expect.poll(goingThere, { timeout: 60_000 }).toContain("기관 인증 서버가 응답하지 않습니다");
    // Accounts of this system are as good as before.
    await officer.goto(`${server.origin}/account/`);
    await fillDoor(officer, "administrator", PASSWORD, codes[0] ?? "");
    await expect(officer.locator("[data-account=administrator]")).toBeVisible();
    await provider.begin();
  } finally {
    await agency.end();
  }
});

test("who signs out at the provider is signed out here", async ({ browser }) => {
  const agency = await Agency.start();
  const { server, provider } = agency;
  try {
    await inviteKim(browser, server);

    const officer = await pageOf(browser);
    await officer.goto(`${server.origin}/control/`);
    await button(officer).click();
    await passProvider(officer, "kim");
    await expect(live(officer)).toBeAttached();

    const there = await officer.context().newPage();
    await there.goto(`${provider.issuer}/session/end`);
    await there.locator("[name=logout]").click();
    await expect(button(officer), "the screen shows its door").toBeVisible({ timeout: 15_000 });
    expect(provider.told, "logout tokens that were taken").toEqual([200]);
    const { entries } = (await server.must("GET", "/api/v1/audit?action=provider_sign_out", "auditor")) as { entries: { access: { subject_id: string } }[] };
    expect(entries.map((one) => one.access.subject_id)).toEqual(["nmpa.kim"]);

    const again = await fetch(`${server.origin}/api/v1/sign-in/providers/nmpa/logout`, { method: "POST", body: new URLSearchParams({ logout_token: provider.lastLogout }) });
    expect(again.status, "the same token once more").toBe(400);
    const none = await fetch(`${server.origin}/api/v1/sign-in/providers/nmpa/logout`, { method: "POST", body: new URLSearchParams({ logout_token: "none" }) });
    expect(none.status).toBe(400);
  } finally {
    await agency.end();
  }
});

test("what a browser brings back counts once, and only in the browser that went", async ({ browser }) => {
  const agency = await Agency.start();
  const { server } = agency;
  try {
    await inviteKim(browser, server);

    const officer = await pageOf(browser);
    let brought = "";
    officer.on("request", (request) => {
      if (request.url().includes("/return?")) brought = request.url();
    });
    await officer.goto(`${server.origin}/control/`);
    await button(officer).click();
    await expect(officer.locator("[name=login]")).toBeVisible();
    const flow = (await officer.context().cookies()).find((cookie) => cookie.name === "haechi_flow") as Cookie;
    expect(flow).toMatchObject({ httpOnly: true, sameSite: "Lax" });
    await passProvider(officer, "kim");
    await expect(live(officer)).toBeAttached();

    const stranger = await pageOf(browser);
    await stranger.goto(brought);
    await expect(said(stranger), "another browser").toContainText("들어올 수 없습니다");
    expect((await agency.refusals())[0]).toContain("this browser has not begun a sign-in there");
    await stranger.context().addCookies([flow]);
    await stranger.goto(brought);
    await expect(said(stranger), "the same once more, with the cookie").toContainText("들어올 수 없습니다");
    expect((await agency.refusals())[0]).toContain("state: was used, or has ended");
    await stranger.context().addCookies([flow]);
    await stranger.goto(brought.replace(/state=[^&]+/, "state=another"));
    await expect(said(stranger), "another state").toContainText("들어올 수 없습니다");
    expect((await agency.refusals())[0]).toContain("state: is of another browser");
    expect((await stranger.context().cookies()).map((cookie) => cookie.name)).not.toContain("haechi_control");

    const foreign = await fetch(`${server.origin}/api/v1/sign-in/providers/nmpa?surface=control`, { headers: { "sec-fetch-site": "cross-site" }, redirect: "manual" });
    expect(foreign.status, "a foreign page sends nobody to the provider").toBe(403);
  } finally {
    await agency.end();
  }
});
