// A notification on its way to her phone: subscription, encryption, the service worker, and the word back that it came. The
// browser's own line to its maker is not there in a test: the page is handed a subscription at a push service of the test,
// and what that was sent is handed to the worker.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page, test } from "@playwright/test";
import { openCase, register } from "./case-steps";
import { PROTECTED, World } from "./world";

const NAME = "이보호";
const NUMBER = "2026-SECRET-77";

// What a browser and its maker do: RFC 8030 and 8291.
class Phone {
  readonly received: Buffer[] = [];
  private readonly keys = createECDH("prime256v1");
  private readonly auth = randomBytes(16);
  private readonly service = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      this.received.push(Buffer.concat(chunks));
      response.writeHead(request.headers["content-encoding"] === "aes128gcm" && request.headers["ttl"] ? 201 : 400).end();
    });
  });

  async start(): Promise<void> {
    this.keys.generateKeys();
    await new Promise<void>((listening) => this.service.listen(0, "127.0.0.1", listening));
  }
  end(): void {
    this.service.close();
  }
  get origin(): string {
    return `http://127.0.0.1:${(this.service.address() as AddressInfo).port}`;
  }
  get subscription() {
    const text = (bytes: Buffer): string => bytes.toString("base64url");
    return { endpoint: `${this.origin}/her-phone`, keys: { p256dh: text(this.keys.getPublicKey()), auth: text(this.auth) } };
  }
  read(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const theirs = body.subarray(21, 21 + (body[20] ?? 0));
    const sealed = body.subarray(21 + theirs.length);
    const derive = (secret: Buffer, with_: Buffer, info: Buffer | string, bytes: number): Buffer =>
      Buffer.from(hkdfSync("sha256", secret, with_, info, bytes));
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.keys.getPublicKey(), theirs]);
    const secret = derive(this.keys.computeSecret(theirs), this.auth, info, 32);
    const key = derive(secret, salt, "Content-Encoding: aes128gcm\0", 16);
    const open = createDecipheriv("aes-128-gcm", key, derive(secret, salt, "Content-Encoding: nonce\0", 12));
    open.setAuthTag(sealed.subarray(-16));
    const text = Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
    expect(text.at(-1)).toBe(2); // the last record
    return text.subarray(0, -1).toString();
  }
}

// Comes back when the worker has shown what it was handed. Whoever asks for the notices of a page while one is being shown makes
// Chromium take that one for closed, so what it shows is counted in the worker.
async function handToWorker(page: Page, data: string, scope = "/me/"): Promise<void> {
  // The browser drops what is handed to a worker that is still being activated.
  const awake = () => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
  await expect.poll(awake).toBe("activated");
  const worker = page.context().serviceWorkers().find((one) => new URL(one.url()).pathname.startsWith(scope));
  if (!worker) throw new Error(`no worker of ${scope}`);
  await worker.evaluate(() => {
    const counting = globalThis as unknown as { shows?: number; registration: ServiceWorkerRegistration };
    const show = ServiceWorkerRegistration.prototype.showNotification;
    if (counting.shows === undefined)
      counting.registration.showNotification = async (...notice) => {
        await show.apply(counting.registration, notice);
        counting.shows = (counting.shows ?? 0) + 1;
      };
    counting.shows = 0;
  });
  const cdp = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find((one) => new URL(one.scopeURL).pathname === scope && !one.isDeleted);
      if (ours) resolve(ours.registrationId);
    });
  });
  await cdp.send("ServiceWorker.enable");
  await cdp.send("ServiceWorker.deliverPushMessage", { origin: new URL(page.url()).origin, registrationId: await registered, data });
  await expect.poll(() => worker.evaluate(() => (globalThis as unknown as { shows: number }).shows)).toBe(1);
}

const shown = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, data }) => ({ title, body, data: data as unknown }));
  });

test("what is pushed to her phone is shown in neutral words, and the server hears that it came", async ({ browser }) => {
  const phone = new Phone();
  await phone.start();
  const world = await World.make(browser, `[notify.push]\ncontact = "mailto:ops@example.org"\nservices = ["${phone.origin}"]\n`);
  try {
    await world.station();
    await world.person("s-77", "ROLE_WEARER");
    await world.person(PROTECTED, "ROLE_PROTECTED_PERSON", { name: NAME });
    const context = await world.browserFor("me");
    await context.addInitScript((kept) => {
      PushManager.prototype.subscribe = () => Promise.resolve({ toJSON: () => kept } as unknown as PushSubscription);
    }, phone.subscription);
    const page = await context.newPage();
    await world.enter(page, "me");
    const hers = await world.keyOf("me");
    await expect.poll(async () => (await world.get("me/push", hers))["subscribed"]).toBe(true);

    const post = (path: string, key: string, body: unknown) => world.server.must("POST", `/api/v1/${path}`, key, body);
    await post("cases", "police", { id: "c-2", kind: "CASE_KIND_DOMESTIC_VIOLENCE", number: NUMBER, subject_id: "s-77", protected_ids: [PROTECTED] });
    await post("petitions", hers, { id: "pet-1", case_id: "c-2", kinds: ["DV_VPO"], statement: "He hit me." });
    await post("petitions/pet-1/docket", "court", { docket: "2026-17" });
    await expect.poll(() => phone.received.length).toBe(1);
    const text = phone.read(phone.received[0] ?? Buffer.alloc(0));
    const { id } = JSON.parse(text) as { id: string };
    expect(text).toBe(JSON.stringify({ id }));

    await handToWorker(page, text);
    expect(await shown(page)).toEqual([{ title: "메모", body: "새 알림이 있습니다", data: { id } }]);
    await handToWorker(page, text); // sent twice, shown once
    expect(await shown(page)).toHaveLength(1);
    expect(world.broken).toEqual([]);
    expect(world.strangers).toEqual([]);

    await world.server.kill();
    const told = world.server.effects().map((line) => JSON.stringify(line)).filter((line) => line.includes(`"id":"${id}"`));
    expect(told.some((line) => line.includes("NOTIFICATION_STATE_DELIVERED") && line.includes("NOTIFICATION_CHANNEL_PUSH"))).toBe(true);
  } finally {
    await world.end();
    phone.end();
  }
});

test("an officer has his browser told while the page is closed, and takes it back", async ({ browser }) => {
  const phone = new Phone();
  await phone.start();
  const world = await World.make(browser, `[notify.push]\ncontact = "mailto:ops@example.org"\nservices = ["${phone.origin}"]\n`);
  try {
    await register(world);
    await openCase(world, NUMBER); // against somebody he supervises
    const context = await world.browserFor("cases");
    await context.grantPermissions(["notifications"]);
    await context.addInitScript((kept) => {
      const made = { toJSON: () => kept, unsubscribe: () => Promise.resolve(true) } as unknown as PushSubscription;
      PushManager.prototype.subscribe = () => Promise.resolve(made);
      PushManager.prototype.getSubscription = () => Promise.resolve(made);
    }, phone.subscription);
    const page = await context.newPage();
    const his = await world.keyOf("cases", { seat: "probation" });
    await world.enter(page, "cases", { seat: "probation" });
    await page.evaluate(() => (location.hash = "#/notifications"));
    const told = page.locator("[data-told]");
    await expect(told).toHaveAttribute("data-told", "off");
    await told.getByRole("button").click();
    await expect(told).toHaveAttribute("data-told", "on");
    expect((await world.get("me/push", his))["subscribed"]).toBe(true);

    const list = (await world.get("notifications", his))["notifications"] as { id: string; account: string; state: string }[];
    const own = list.find((one) => one.account !== "");
    await handToWorker(page, JSON.stringify({ id: own?.id }), "/cases/");
    expect(await shown(page)).toEqual([{ title: "해치", body: "새 알림이 있습니다", data: { id: own?.id } }]);
    await expect(page.locator(`[data-notification="${own?.id}"]`)).toHaveAttribute("data-state", "DELIVERED");

    await told.getByRole("button").click();
    await expect(told).toHaveAttribute("data-told", "off");
    expect((await world.get("me/push", his))["subscribed"]).toBe(false);
    expect(world.broken).toEqual([]);
    expect(world.strangers).toEqual([]);
  } finally {
    await world.end();
    phone.end();
  }
});
