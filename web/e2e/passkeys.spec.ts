// Passkeys in a real browser, with Chromium's virtual authenticator: added on /account/, signed in with, copied, removed.
import { type CDPSession, expect, type Page, test } from "@playwright/test";
import { enrol, pageOf, PASSWORD, readableInBothThemes } from "./people";
import { Server } from "./server";

// A browser has passkeys for names of hosts alone, not for addresses in numbers.
const named = (address: string): string => address.replace("127.0.0.1", "localhost");

interface Authenticator {
  cdp: CDPSession;
  id: string;
}

async function plugIn(page: Page): Promise<Authenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true } as const;
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { ...options, automaticPresenceSimulation: true } });
  return { cdp, id: authenticatorId };
}

async function typeAtDoor(page: Page): Promise<void> {
  await page.locator("#account").fill("administrator");
  await page.locator("#password").fill(PASSWORD);
}

const withPasskey = (page: Page) => page.getByRole("button", { name: "번호 대신 패스키 쓰기" });

async function signIn(page: Page): Promise<void> {
  await typeAtDoor(page);
  await withPasskey(page).click();
}

async function showFactors(page: Page, code: string): Promise<void> {
  await page.locator("#passkey-password").fill(PASSWORD);
  await page.locator("#passkey-code").fill(code);
}

async function refusals(server: Server): Promise<string[]> {
  const { entries } = (await server.must("GET", "/api/v1/audit?limit=1000", "auditor")) as { entries: { access: { action: string; reason: string; allowed?: boolean } }[] };
  return entries.filter((one) => one.access.action === "sign_in" && !one.access.allowed).map((one) => one.access.reason);
}

test("a passkey is added, signs in, is refused as a copy, and opens nothing once it is removed", async ({ browser }) => {
  const server = await Server.start();
  try {
    await expect.poll(() => server.said).toMatch(/^administrator http.*\n/m);
    const page = await pageOf(browser);
    const codes = await enrol(page, named(/^administrator (http\S+)/m.exec(server.said)?.[1] ?? ""));
    await page.locator(".codes .button").click();
    const { cdp, id } = await plugIn(page);

    await showFactors(page, codes[0] ?? "");
    await page.locator("#passkey-label").fill("금고에 둔 키");
    await page.getByRole("button", { name: "패스키 등록" }).click();
    const row = page.locator("[data-passkey='금고에 둔 키']");
    await expect(row).toContainText("없음");
    await readableInBothThemes(page, "my account with a passkey");

    await page.getByRole("button", { name: "로그아웃", exact: true }).click();
    await expect(withPasskey(page), "not before there is a password").toHaveCount(0);
    await typeAtDoor(page);
    await readableInBothThemes(page, "the door with a passkey");
    await withPasskey(page).click();
    await expect(page.locator("[data-account=administrator]")).toBeVisible();
    await expect(row).not.toContainText("없음");

    const [copy] = (await cdp.send("WebAuthn.getCredentials", { authenticatorId: id })).credentials;
    if (!copy) throw new Error("the authenticator has no passkey");
    await page.getByRole("button", { name: "로그아웃", exact: true }).click();
    await signIn(page);
    await expect(page.locator("[data-account=administrator]")).toBeVisible();
    await page.getByRole("button", { name: "로그아웃", exact: true }).click();
    await cdp.send("WebAuthn.clearCredentials", { authenticatorId: id });
    await cdp.send("WebAuthn.addCredential", { authenticatorId: id, credential: copy });
    await signIn(page);
    await expect(page.getByRole("alert")).toContainText("계정이 잠겨");
    expect((await refusals(server))[0]).toContain("its counter went back, it may have been copied");

    await signIn(page); // the copy counts on, beyond what was seen
    await expect(page.locator("[data-account=administrator]")).toBeVisible();
    await expect(row.getByRole("button"), "both factors first").toBeDisabled();
    await showFactors(page, codes[1] ?? "");
    await row.getByRole("button").click();
    await expect(row).toHaveCount(0);
    await page.getByRole("button", { name: "로그아웃", exact: true }).click();
    await signIn(page);
    await expect(page.getByRole("alert")).toContainText("계정이 잠겨");
    expect((await refusals(server))[0]).toContain("it is not one of this account");

    await cdp.send("WebAuthn.clearCredentials", { authenticatorId: id });
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: false });
    await signIn(page);
    await expect(page.getByRole("alert")).toContainText("패스키가 응답하지 않았습니다");
  } finally {
    await server.end();
  }
});
