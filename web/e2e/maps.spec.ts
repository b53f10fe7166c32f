// Whoever serves the map means harm: whatever comes, alarms go on coming, the table stays under the hand, the map goes back to
// the one that is built in, and nothing but the address of a tile is told.
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { type Device, expect, HOME, test as base, World } from "./world";

const BOMB = gzipSync(Buffer.alloc(512 << 20));
const WALL = Buffer.concat([Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), Buffer.from([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 6, 0, 0, 0]), Buffer.alloc(40)]);
const HARMED = Buffer.from(Array.from({ length: 4_000 }, (_, n) => (n * 197 + (n >> 3)) & 255));
const SCRIPT = `<svg xmlns="http://www.w3.org/2000/svg" onload="window.harmed=1"><script>window.harmed=1</script></svg>`;

class Maps {
  readonly asked: IncomingMessage[] = [];
  readonly elsewhere: IncomingMessage[] = [];
  private readonly servers: HttpServer[] = [];
  origin = "";
  other = "";

  async open(): Promise<void> {
    this.other = await this.listen((request, response) => {
      this.elsewhere.push(request);
      response.end();
    });
    this.origin = await this.listen((request, response) => this.answer(request, response));
  }

  private async listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(answer);
    this.servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") return void response.end();
    const harm = /^\/(\w+)\//.exec(request.url ?? "")?.[1] as Harm;
    response.setHeader("content-type", harm === "script" ? "image/svg+xml" : "image/png");
    switch (harm) {
      case "script":
        return void response.end(SCRIPT);
      case "wall":
        return void response.end(WALL);
      case "harmed":
        return void response.writeHead(request.headers.range ? 206 : 200).end(HARMED);
      case "bomb":
        return void response.setHeader("content-encoding", "gzip").end(BOMB);
      case "away":
        return void response.writeHead(302, { location: `${this.other}/there` }).end();
      case "strangers":
        return void response.setHeader("content-type", "application/json").end(JSON.stringify({
          version: 8, sprite: `${this.other}/sprite`, glyphs: `${this.other}/{fontstack}/{range}.pbf`,
          sources: { s: { type: "raster", tiles: [`${this.other}/{z}/{x}/{y}.png`], tileSize: 256 } },
          layers: [{ id: "s", type: "raster", source: "s" }],
        }));
      case "endless": {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(1 << 16, "{"))) continue;
          if (!response.destroyed) response.once("drain", more);
        };
        more();
      }
    }
  }
}

type Harm = "script" | "wall" | "harmed" | "bomb" | "away" | "endless" | "strangers";
// Each kind of map by each way of drawing; what all have in common is harmed once (map-door.test.ts has the rest).
const TRIED = [
  ["canvas", "raster", ["script", "wall", "bomb", "endless"]],
  ["webgl", "raster", ["wall"]],
  ["webgl", "mvt", ["harmed", "bomb"]],
  ["webgl", "pmtiles", ["harmed", "away"]],
  ["webgl", "style", ["script", "strangers"]],
] as const satisfies readonly (readonly [string, keyof ReturnType<typeof bases>, readonly Harm[]])[];

const bases = (origin: string, harm: Harm) => ({
  raster: { kind: "raster", url: `${origin}/${harm}/{z}/{x}/{y}.png` },
  mvt: { kind: "mvt", url: `${origin}/${harm}/{z}/{x}/{y}.mvt`, style: "protomaps", maxzoom: 14 },
  pmtiles: { kind: "pmtiles", url: `${origin}/${harm}/korea.pmtiles`, style: "protomaps" },
  style: { kind: "style", url: `${origin}/${harm}/style.json` },
});

const test = base.extend<{ maps: Maps; harmedWorld: World }>({
  maps: async ({}, use) => {
    const maps = new Maps();
    await maps.open();
    await use(maps);
    maps.close();
  },
  harmedWorld: async ({ browser, maps }, use) => {
    const world = await World.make(browser, `map_hosts = ["${maps.origin}"]\n`);
    await world.station();
    await use(world);
    await world.end();
  },
});

async function livesOn(world: World, page: Page, wearer: number, device: Device): Promise<void> {
  await device.report(HOME, { events: ["DEVICE_EVENT_STRAP_CUT"] });
  const name = `w-${String(wearer + 1).padStart(4, "0")}`;
  let id = "";
  await expect.poll(async () => {
    const alerts = ((await world.get("alerts?limit=1000"))["alerts"] as { alert: { id: string; wearer_id: string } }[]).map((one) => one.alert);
    id = alerts.find((one) => one.wearer_id === name)?.id ?? "";
    return id;
  }).not.toBe("");
  const row = page.locator(`[data-alert="${id}"]`);
  await expect(row).toBeVisible();
  await row.click();
  await expect(row).toHaveAttribute("aria-selected", "true");
  expect(await page.evaluate(() => (window as { harmed?: number }).harmed)).toBeUndefined();
}

for (const [engine, kind, harms] of TRIED) {
  test(`harmed maps of kind ${kind} leave alarms and table alive, drawn by ${engine}`, async ({ maps, harmedWorld: world }) => {
    test.setTimeout(240_000);
    const devices = await world.wearers(harms.length);
    for (const [n, harm] of harms.entries()) {
      maps.asked.splice(0);
      const context = await world.browserFor("control");
      await context.route("**/config/map.json", (route) => route.fulfill({
        json: { base: [{ id: "theirs", ...bases(maps.origin, harm)[kind] }], default: "theirs" },
      }));
      const page = await context.newPage();
      page.on("dialog", () => world.broken.push(`${harm}: a dialog`));
      await world.enter(page, "control", { query: `?map=${engine}` });
      await expect(page.locator("[data-link=live]").first()).toBeAttached({ timeout: 15_000 });
      await expect.poll(() => maps.asked.length, { message: `${harm} is asked for` }).toBeGreaterThan(0);
      if (harm !== "strangers") await expect(page.locator(".mapview-bar[role=status]"), harm).toBeVisible({ timeout: 20_000 });
      await livesOn(world, page, n, devices[n]!);
      for (const { headers, url } of maps.asked) {
        for (const own of ["cookie", "authorization", "referer"]) expect(headers[own], `${own} of ${url}`).toBeUndefined();
        expect(url, "an address of a tile").toMatch(/^\/\w+\/(\d+\/\d+\/\d+\.(png|mvt)|korea\.pmtiles|style\.json)$/);
      }
      await context.close();
      world.contexts.splice(world.contexts.indexOf(context), 1);
    }
    expect(maps.elsewhere, "nobody is asked who was not named").toEqual([]);
    expect(world.broken.filter((what) => !/Content Security Policy/.test(what))).toEqual([]);
  });
}
