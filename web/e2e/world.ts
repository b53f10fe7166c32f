// The situation the tests play in: one wearer, one protected person, their order, a station with two cars; devices that
// report to the devices' own door; and screens signed in as people sign in.
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, test as base, expect } from "@playwright/test";
import { createHash } from "node:crypto";
import { Server } from "./server";

export type Surface = "control" | "dispatch" | "field" | "me" | "court" | "cases";
// Those who act on the same morning; court and casework have a spec of their own.
export const SURFACES: Surface[] = ["control", "dispatch", "field", "me"];
export interface Spot {
  lat: number;
  lng: number;
}

const SECRET = "a-secret-of-good-length";
export const STATION = "ps-namyangju-bukbu";
export const HOME: Spot = { lat: 37.7, lng: 127.206 }; // hers, in Onam
export const COURT = "court-namyangju";
export const PROBATION = "probation-1";
export const WEARER = "wearer-900";
export const PROTECTED = "protected-900";
export const CARS = ["unit-901", "unit-902"] as const;
const METRES_PER_DEGREE = 111_195;

// The place so many metres east and north of another; good to a metre over a few kilometres.
export const beside = (from: Spot, eastM: number, northM: number): Spot => ({
  lat: from.lat + northM / METRES_PER_DEGREE,
  lng: from.lng + eastM / (METRES_PER_DEGREE * Math.cos((from.lat * Math.PI) / 180)),
});

export const CAR_SPOTS: Spot[] = [beside(HOME, 1500, 1200), beside(HOME, -1800, 900)];

const wire = (spot: Spot) => ({ lat_e7: Math.round(spot.lat * 1e7), lng_e7: Math.round(spot.lng * 1e7) });
const nowUs = () => String(Date.now() * 1000);

export interface ReportExtras {
  events?: string[];
  accuracyM?: number;
  speedMps?: number;
  courseDeg?: number;
  batteryPercent?: number;
  charging?: boolean;
  fixedAtMs?: number;
  noFix?: boolean;
}

// One device that counts its reports as devices do.
export class Device {
  private seq = 0;

  constructor(
    private readonly server: Server,
    readonly id: string,
    private readonly epoch: number,
  ) {}

  async report(at: Spot, extras: ReportExtras = {}): Promise<void> {
    this.seq += 1;
    const fix = {
      place: wire(at),
      fixed_at_us: extras.fixedAtMs === undefined ? nowUs() : String(Math.round(extras.fixedAtMs * 1000)),
      accuracy_mm: (extras.accuracyM ?? 8) * 1000,
      source: "FIX_SOURCE_GNSS",
      ...(extras.speedMps === undefined ? {} : { speed_mmps: Math.round(extras.speedMps * 1000) }),
      ...(extras.courseDeg === undefined ? {} : { course_cdeg: Math.round(extras.courseDeg * 100) }),
    };
    await this.server.ingest(this.id, SECRET, [{
      epoch: this.epoch,
      seq: String(this.seq),
      ...(extras.noFix ? {} : { fix }),
      ...(extras.events ? { events: extras.events } : {}),
      ...(extras.batteryPercent === undefined ? {} : { battery_percent: extras.batteryPercent }),
      ...(extras.charging === undefined ? {} : { charging: extras.charging }),
    }]);
  }
}

export class World {
  readonly strangers: string[] = []; // requests to anywhere but the server
  readonly broken: string[] = []; // exceptions and refusals of the content policy
  readonly contexts: BrowserContext[] = [];
  agreed = true; // whether a protected person has agreed before she opens her app
  private readonly screenKeys = new Map<string, string>();
  private devices = 0;

  private constructor(
    readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async make(browser: Browser, settings = ""): Promise<World> {
    return new World(await Server.start(settings), browser);
  }

  async end(): Promise<void> {
    for (const context of this.contexts) await context.close();
    await this.server.end();
  }

  // What every screen showed when a test failed.
  async picture(where: (name: string) => string): Promise<void> {
    const pages = this.contexts.flatMap((context) => context.pages());
    for (const [n, page] of pages.entries()) await page.screenshot({ path: where(`screen-${n}.png`) }).catch(() => undefined);
  }

  put = (path: string, body: unknown) => this.server.must("PUT", `/api/v1/${path}`, "registrar", body);
  get = (path: string, key = "control") => this.server.must("GET", `/api/v1/${path}`, key);

  device(id: string): Device {
    this.devices += 1;
    return new Device(this.server, id, Math.floor(Date.now() / 1000) + this.devices);
  }

  async person(id: string, role: "ROLE_WEARER" | "ROLE_PROTECTED_PERSON", record?: Record<string, string>): Promise<void> {
    await this.put(`persons/${id}`, { role, ...(record ? { record } : {}) });
  }

  async deviceOf(id: string, kind: string, holder: { person_id: string } | { unit_id: string }, interval_s = 2): Promise<Device> {
    await this.put(`devices/${id}`, { kind, ...holder, interval_s, secret: SECRET });
    return this.device(id);
  }

  // Many at once: wearers with an order and an ankle device each.
  async wearers(count: number): Promise<Device[]> {
    const secret_sha256 = createHash("sha256").update(SECRET).digest("base64");
    const names = Array.from({ length: count }, (_, n) => String(n + 1).padStart(4, "0"));
    const facts = names.flatMap((n) => [
      { person_registered: { id: `w-${n}`, role: "ROLE_WEARER" } },
      { device_registered: { id: `a-${n}`, kind: "DEVICE_KIND_ANKLE", person_id: `w-${n}`, interval_s: 600, secret_sha256 } },
      { order_registered: { id: `o-${n}`, version: 1, kind: "EM_POST", legal_basis: "EM Act 5", wearer_id: `w-${n}`,
        starts_at_us: String((Date.now() - 86_400_000) * 1000), time_zone: "Asia/Seoul" } },
    ]);
    for (let from = 0; from < facts.length; from += 300) {
      await this.server.must("POST", "/api/v1/facts", "registrar", { facts: facts.slice(from, from + 300) });
    }
    return names.map((n) => this.device(`a-${n}`));
  }

  // A car with its own receiver and the crew's telephone.
  async unit(id: string, callSign: string): Promise<Device> {
    await this.put(`units/${id}`, { agency_id: STATION, call_sign: callSign });
    await this.deviceOf(`phone-${id}`, "DEVICE_KIND_PHONE", { unit_id: id }, 30);
    return this.deviceOf(`car-${id}`, "DEVICE_KIND_VEHICLE", { unit_id: id }, 30);
  }

  // Without foresight: here he is driven faster than anyone drives, and what is tried are the distances.
  async order(id: string, wearer: string, conditions: unknown[], startsHoursAgo = 12): Promise<void> {
    await this.put(`orders/${id}`, {
      kind: "ST_PROV_3_2",
      legal_basis: "Stalking Punishment Act 9(1)2, 9(1)3-2",
      wearer_id: wearer,
      starts_at_us: String((Date.now() - startsHoursAgo * 3_600_000) * 1000),
      ends_at_us: String((Date.now() + 90 * 86_400_000) * 1000),
      time_zone: "Asia/Seoul",
      conditions,
      policy: { foresight_s: 0 },
    });
  }

  async station(): Promise<void> {
    await this.put(`agencies/${STATION}`, { name: "남양주북부경찰서", desk: "DESK_BUILT_IN" });
    await this.put("jurisdictions/area-1", { agency_id: STATION, shape: { circle: { centre: wire(HOME), radius_mm: 25_000_000 } } });
  }

  // A key for one screen, as the registrar hands them out.
  async keyOf(surface: Surface, who: { person_id?: string; unit_id?: string; seat?: string } = {}): Promise<string> {
    const officer = who.seat ?? "police"; // of casework
    const roles = { control: "control", dispatch: "dispatch", field: "unit", me: "protected_person", court: "court", cases: officer };
    const named = `${surface} ${who.person_id ?? who.unit_id ?? who.seat ?? ""}`;
    const known = this.screenKeys.get(named);
    if (known) return known;
    const wish = {
      role: roles[surface],
      ...(surface === "dispatch" ? { agency_id: STATION } : {}),
      ...(surface === "field" ? { unit_id: who.unit_id ?? CARS[0] } : {}),
      ...(surface === "me" ? { person_id: who.person_id ?? PROTECTED } : {}),
      ...(surface === "court" ? { agency_id: COURT } : {}),
      ...(surface === "cases" ? { agency_id: officer === "police" ? STATION : PROBATION } : {}),
      ...(surface === "cases" && officer === "probation" ? { wearer_ids: [WEARER] } : {}),
      ...(surface === "control" ? { agency_id: who.seat ?? "monitoring" } : {}),
    };
    const made = await this.server.must("POST", "/api/v1/demo/keys", "registrar", wish);
    const key = String(made["key"]);
    if (surface === "me" && this.agreed) await this.agree(key);
    this.screenKeys.set(named, key);
    return key;
  }

  // She has read the penalty notice of her country and agreed, or she would be shown nothing of him.
  private async agree(key: string): Promise<void> {
    const { notice } = (await this.get("me/cases", key)) as { notice: { code: string } };
    await this.server.must("POST", "/api/v1/me/consent", key, { notice_code: notice.code, given: true });
  }

  // A browser of its own with nothing in it, watched for strangers.
  async browserFor(surface: Surface, options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const phone = surface === "field" || surface === "me";
    const size = { control: [1600, 900], dispatch: [1366, 768], field: [412, 915], me: [390, 844], court: [1280, 800], cases: [1280, 800] }[surface];
    const context = await this.browser.newContext({
      baseURL: this.server.origin,
      locale: "ko-KR",
      timezoneId: "Asia/Seoul",
      colorScheme: surface === "control" || surface === "dispatch" || surface === "field" ? "dark" : "light",
      viewport: { width: size[0] ?? 0, height: size[1] ?? 0 },
      reducedMotion: "reduce",
      ...(phone ? { hasTouch: true, isMobile: true } : {}),
      ...(phone ? { permissions: ["geolocation", "notifications"] } : {}),
      ...(surface === "field" ? { geolocation: { latitude: CAR_SPOTS[0]?.lat ?? 0, longitude: CAR_SPOTS[0]?.lng ?? 0, accuracy: 6 } } : {}),
      ...(surface === "me" ? { geolocation: { latitude: HOME.lat, longitude: HOME.lng, accuracy: 8 } } : {}),
      ...options,
    });
    this.watch(context, surface);
    this.contexts.push(context);
    return context;
  }

  private watch(context: BrowserContext, surface: Surface): void {
    const home = new URL(this.server.origin).host;
    const check = (address: string) => {
      if (/^(data|blob|about|chrome-error):/.test(address)) return;
      if (new URL(address).host !== home) this.strangers.push(`${surface}: ${address}`);
    };
    context.on("request", (request) => check(request.url()));
    context.on("page", (page) => {
      page.on("websocket", (socket) => check(socket.url()));
      page.on("pageerror", (error) => this.broken.push(`${surface}: ${error.message}`));
      page.on("console", (message) => {
        if (/Content Security Policy|Refused to/.test(message.text())) this.broken.push(`${surface}: ${message.text()}`);
      });
    });
  }

  // As people enter a demonstration: an address that holds the key behind '#', and one press.
  async enter(page: Page, surface: Surface, who: { person_id?: string; unit_id?: string; seat?: string; query?: string } = {}): Promise<void> {
    await page.goto(`/${surface}/${who.query ?? ""}#key=${await this.keyOf(surface, who)}`);
    await page.locator(".door [type=submit]").first().click();
  }

  async open(surface: Surface, who: { person_id?: string; unit_id?: string; seat?: string; query?: string } = {}, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browserFor(surface, options);
    const page = await context.newPage();
    await this.enter(page, surface, who);
    await expect(page.locator("[data-link=live]").first()).toBeAttached({ timeout: 15_000 });
    return page;
  }
}

// One wearer far away, one protected person at home, both heard of; two cars near by.
const DOUBTED_M = 30;
const LEAP_M = 250;

export class Morning {
  private hisM: number | null = null;

  private constructor(
    readonly world: World,
    readonly ankle: Device,
    readonly phone: Device,
    readonly cars: Device[],
  ) {}

  static async dawn(world: World): Promise<Morning> {
    await world.station();
    await world.person(WEARER, "ROLE_WEARER", { name: "김가해", language: "ko" });
    await world.person(PROTECTED, "ROLE_PROTECTED_PERSON", { name: "이보호", language: "ko" });
    const ankle = await world.deviceOf("ankle-900", "DEVICE_KIND_ANKLE", { person_id: WEARER });
    const phone = await world.deviceOf("phone-900", "DEVICE_KIND_PHONE", { person_id: PROTECTED });
    await world.order("order-900", WEARER, [{ id: "keep-away", keep_away: { protected_id: PROTECTED } }]);
    const cars = [await world.unit(CARS[0], "순21"), await world.unit(CARS[1], "순22")];
    const morning = new Morning(world, ankle, phone, cars);
    await morning.carsAt(...CAR_SPOTS);
    await morning.both(3000);
    return morning;
  }

  async carsAt(...spots: Spot[]): Promise<void> {
    for (const [n, spot] of spots.entries()) await this.cars[n]?.report(spot);
  }

  // Where he stands at that distance from her, on a line from the south-east.
  static at(distanceM: number): Spot {
    return beside(HOME, distanceM * Math.SQRT1_2, -distanceM * Math.SQRT1_2);
  }

  async her(extras: ReportExtras = {}): Promise<void> {
    await this.phone.report(HOME, extras);
  }

  // A leap is told in steps that no plausibility check minds, each twice, for a first fix from afar is doubted.
  async him(distanceM: number, extras: ReportExtras = {}): Promise<void> {
    const fromM = this.hisM ?? distanceM;
    const leapM = Math.abs(distanceM - fromM);
    const steps = extras.noFix || leapM < DOUBTED_M ? 0 : Math.ceil(leapM / LEAP_M);
    for (let step = 1; step <= steps; step += 1) {
      const there = Morning.at(fromM + ((distanceM - fromM) * step) / steps);
      for (let twice = 0; twice < 2; twice += 1) await this.ankle.report(there, { speedMps: extras.speedMps ?? 1 });
    }
    await this.ankle.report(Morning.at(distanceM), extras);
    this.hisM = distanceM;
  }

  async both(distanceM: number, extras: ReportExtras = {}): Promise<void> {
    await this.her();
    await this.him(distanceM, extras);
  }

  // Both go on reporting by themselves, he at a distance that `to` changes, until `halt`. A dead server is tried again.
  live(startM: number): Motion {
    return new Motion(this, startM);
  }

  // He comes nearer at the speed of a car, both reporting all the while, until `done` holds.
  async drive(fromM: number, toM: number, steps: number, everyMs = 250): Promise<void> {
    for (let step = 1; step <= steps; step += 1) {
      await this.both(fromM + ((toM - fromM) * step) / steps, { speedMps: 15, courseDeg: 315 });
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}

const STEP_MS = 400;

export class Motion {
  private ended = false;
  private readonly running: Promise<void>;
  private goalM: number;
  private speedMps = 0;
  private arrive: (() => void) | null = null;

  constructor(
    private readonly morning: Morning,
    private nowM: number,
  ) {
    this.goalM = nowM;
    this.running = this.run();
  }

  get distanceM(): number {
    return this.nowM;
  }

  // Resolves when he is there.
  to(distanceM: number, speedMps = 120): Promise<void> {
    this.goalM = distanceM;
    this.speedMps = speedMps;
    return new Promise((resolve) => (this.arrive = resolve));
  }

  async halt(): Promise<void> {
    this.ended = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (let n = 0; !this.ended; n += 1) {
      const step = (this.speedMps * STEP_MS) / 1000;
      const left = this.goalM - this.nowM;
      this.nowM += Math.sign(left) * Math.min(Math.abs(left), step);
      try {
        await this.morning.both(this.nowM, { speedMps: Math.min(this.speedMps, 30), courseDeg: 315 });
        if (n % 25 === 0) await this.morning.carsAt(...CAR_SPOTS);
        if (this.nowM === this.goalM) this.arrive?.();
      } catch {
        // the server is down: the next report is newer anyway
      }
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }
}

export const test = base.extend<{ world: World; morning: Morning }>({
  world: async ({ browser }, use, info) => {
    const world = await World.make(browser);
    await use(world);
    if (info.status !== info.expectedStatus) await world.picture((name) => info.outputPath(name));
    const { strangers, broken } = world;
    await world.end();
    expect(strangers, "requests to somewhere else").toEqual([]);
    expect(broken, "exceptions and refusals in the pages").toEqual([]);
  },
  morning: async ({ world }, use) => {
    await use(await Morning.dawn(world));
  },
});

export { expect };
