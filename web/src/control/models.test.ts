// Areas of orders, columns of the plot, the table twin, standing alarms and the command line.
import { describe, expect, it } from "vitest";
import type { Alarm, Alert } from "../kit/api";
import { TrackStore } from "../kit/track-store";
import { byKind, standing } from "./alarm-model";
import {
  areasOfOrders,
  cornersOf,
  geoJsonOf,
  type Order,
  orderInForce,
  radiiOf,
  scheduleCovers,
} from "./areas";
import { findAlert, read } from "./command";
import { PlaybackBook } from "./playback-book";
import { columnsOf, newest } from "./plot-model";
import { cell, csvOf, rowsOf, tally } from "./table-model";

const words = {
  ring: (kind: string, m: number) => `${kind} ${m}`,
  zone: (kind: string, id: string) => `${kind} ${id}`,
};

describe("an order on the map", () => {
  const order: Order = {
    id: "o",
    starts_at_us: "0",
    time_zone: "Asia/Seoul",
    conditions: [
      { id: "k", keep_away: { protected_id: "p", ban_mm: 200_000 } },
      {
        id: "z",
        exclusion: {
          zone_id: "school",
          schedule: { windows: [{ days: 0b11111, start_min: 480, end_min: 1080 }] },
        },
      },
    ],
  };
  const zone = {
    id: "school",
    shape: { circle: { centre: { lat_e7: 370_000_000, lng_e7: 1_270_000_000 }, radius_mm: 300_000 } },
  };
  const monday10 = Date.parse("2026-11-23T10:00:00+09:00");

  it("has a ring for every distance, wider ones at least as wide as the ban", () => {
    expect(radiiOf({ ban_mm: 700_000 })).toEqual({ banM: 700, mapM: 700, policeM: 1000, warnM: 2000 });
    const areas = areasOfOrders(
      [order],
      () => zone,
      () => [127, 37],
      monday10,
      words,
    );
    expect(areas.map((area) => area.kind)).toEqual([
      "ring_warn",
      "ring_police",
      "ring_map",
      "ring_ban",
      "exclusion",
    ]);
  });

  it("draws no ring around a person whose place is not known", () => {
    expect(
      areasOfOrders(
        [order],
        () => undefined,
        () => null,
        monday10,
        words,
      ),
    ).toEqual([]);
  });

  it("is dashed outside its hours, by the local clock of the order", () => {
    const schedule = order.conditions?.[1]?.exclusion?.schedule;
    expect(scheduleCovers(schedule, "Asia/Seoul", monday10)).toBe(true);
    expect(scheduleCovers(schedule, "Asia/Seoul", Date.parse("2026-11-23T19:00:00+09:00"))).toBe(false);
    expect(scheduleCovers(schedule, "Asia/Seoul", Date.parse("2026-11-22T10:00:00+09:00"))).toBe(false); // Sunday
    expect(scheduleCovers(undefined, "Asia/Seoul", monday10)).toBe(true);
  });

  it("covers the morning after a window that passes midnight", () => {
    const night = { windows: [{ days: 0b0000001, start_min: 1320, end_min: 360 }] }; // Monday 22:00 to Tuesday 06:00
    expect(scheduleCovers(night, "Asia/Seoul", Date.parse("2026-11-24T05:00:00+09:00"))).toBe(true);
    expect(scheduleCovers(night, "Asia/Seoul", Date.parse("2026-11-24T07:00:00+09:00"))).toBe(false);
  });

  it("is not in force once withdrawn or ended", () => {
    expect(orderInForce({ ...order, withdrawn: true }, monday10)).toBe(false);
    expect(orderInForce({ ...order, ends_at_us: String(monday10 * 1000) }, monday10)).toBe(false);
    expect(orderInForce(order, monday10)).toBe(true);
  });

  it("takes typed corners and closes the ring of a drawn zone", () => {
    const corners = cornersOf("37.1, 127.1\n37.2 127.2\n\n37.3, 127.1");
    expect(corners).toHaveLength(3);
    expect(cornersOf("north")).toBeNull();
    expect(cornersOf("97, 127")).toBeNull();
    const ring = geoJsonOf(corners ?? []).geometry.coordinates[0];
    expect(ring).toHaveLength(4);
    expect(ring?.[0]).toEqual(ring?.[3]);
  });
});

describe("the plot", () => {
  const points = [
    {
      at_us: "1000000",
      protected_id: "p",
      distance_mm: "50000",
      sigma_mm: 30_000,
      closing_mmps: 1000,
      closing_known: true,
    },
    { at_us: "2000000", protected_id: "q", distance_mm: "1000", sigma_mm: 0, closing_known: false },
    {
      at_us: "3000000",
      protected_id: "p",
      distance_mm: "40000",
      sigma_mm: 5000,
      closing_mmps: 9,
      closing_known: false,
    },
  ];

  it("holds one person's distances with a band that does not go below nothing", () => {
    const columns = columnsOf(points, "p");
    expect(columns.distanceM).toEqual([50, 40]);
    expect(columns.lowM).toEqual([0, 30]);
    expect(columns.highM).toEqual([110, 50]);
  });

  it("leaves a gap where the server does not know the speed", () => {
    expect(columnsOf(points, "p").closingKmh).toEqual([3.6, null]);
    expect(newest(points, "p")?.at_us).toBe("3000000");
  });
});

describe("the table twin", () => {
  function store(): TrackStore {
    const book = new PlaybackBook();
    const point = (personId: string, fixedAtMs: number) => ({
      personId,
      fixedAtMs,
      latE7: 0,
      lngE7: 0,
      accuracyMm: 5000,
      source: 1,
    });
    book.add([point("EM-2", 900_000), point("EM-1", 1_000_000), point("=EM", 400_000)]);
    const tracks = new TrackStore();
    tracks.name(book.holders(() => "ROLE_WEARER"));
    tracks.apply(book.frameAt(1_000_000) as ArrayBuffer);
    return tracks;
  }
  const severityOf = (id: string) => (id === "EM-2" ? (0 as const) : null);
  const ids = (tracks: TrackStore, rows: number[]) => rows.map((row) => tracks.ids[row]);
  const wish = { text: "", filter: "everybody" as const, sort: "severity" as const, down: false };

  it("sorts by severity first, and by id among equals", () => {
    const tracks = store();
    expect(ids(tracks, rowsOf(tracks, wish, severityOf, 1_000_000))).toEqual(["EM-2", "=EM", "EM-1"]);
    expect(ids(tracks, rowsOf(tracks, { ...wish, sort: "age", down: true }, severityOf, 1_000_000))).toEqual([
      "=EM",
      "EM-2",
      "EM-1",
    ]);
  });

  it("filters by text and by what is wrong", () => {
    const tracks = store();
    expect(ids(tracks, rowsOf(tracks, { ...wish, text: "em-1" }, severityOf, 1_000_000))).toEqual(["EM-1"]);
    expect(ids(tracks, rowsOf(tracks, { ...wish, filter: "alarmed" }, severityOf, 1_000_000))).toEqual([
      "EM-2",
    ]);
    expect(ids(tracks, rowsOf(tracks, { ...wish, filter: "stale" }, severityOf, 1_000_000))).toEqual(["=EM"]);
    expect(tally(tracks, 1_000_000)).toEqual({ tracked: 3, stale: 1 });
  });

  it("writes CSV in which no id can act as a formula", () => {
    const tracks = store();
    const lines = csvOf(tracks, rowsOf(tracks, wish, severityOf, 1_000_000), severityOf, 1_000_000).split(
      "\r\n",
    );
    expect(lines[0]).toMatch(/^id,kind,code/);
    expect(lines[1]).toMatch(/^EM-2,wearer,0,/);
    expect(lines[2]).toMatch(/^'=EM,/);
    for (const typed of ["+1", "-1", "@S(1)", "＝1", "＠S(1)", " =1", "\t=1", "\r=1", "\n=1"]) expect(cell(typed), typed).toMatch(/^'/);
    expect(cell("a\r\nb\u001b[31m\u009b2J")).toBe("a  b [31m 2J");
    expect(cell('a,"b')).toBe('"a,""b"');
  });
});

describe("alarms about the work", () => {
  const alertOf = (more: Partial<Alert> = {}) => ({
    alert: {
      id: "a",
      code: 0,
      handling: "ALERT_HANDLING_NEW",
      state: "ALERT_STATE_ACTIVE",
      ...more,
    } as Alert,
    ledger: {},
  });
  const known = (entry = alertOf()) => ({
    alerts: new Map([["a", entry]]),
    incidents: new Map(),
    handOffs: new Map(),
    calls: new Map(),
  });
  const alarm = (kind: string, more: Partial<Alarm> = {}) =>
    ({ id: `${kind}${more.level ?? 0}`, kind, alert_id: "a", level: 0, ...more }) as Alarm;

  it("end when what they complain of has happened", () => {
    const waiting = [alarm("ALARM_KIND_NOT_ACKNOWLEDGED")];
    expect(standing(waiting, known())).toHaveLength(1);
    expect(standing(waiting, known(alertOf({ handling: "ALERT_HANDLING_ACKNOWLEDGED" })))).toHaveLength(0);
    const dropped = [alarm("ALARM_KIND_DROPPED_DISPATCH", { hand_off_id: "h" })];
    const at = (assigned: string) => ({
      ...known(),
      handOffs: new Map([["h", { id: "h", assigned_at_us: assigned }]]),
    });
    expect(standing(dropped, at("0"))).toHaveLength(1);
    expect(standing(dropped, at("5"))).toHaveLength(0);
  });

  it("that nobody reached her end when she was shown it", () => {
    const unreached = [alarm("ALARM_KIND_PROTECTED_UNREACHED")];
    expect(standing(unreached, known())).toHaveLength(1);
    const shown = { ...alertOf(), ledger: { shown_protected_at_us: "7" } };
    expect(standing(unreached, known(shown))).toHaveLength(0);
  });

  it("about the node stand until its newest word says that it is over", () => {
    const word = (raised_at_us: string, over: boolean) =>
      alarm("ALARM_KIND_DISK_FILLING", { id: raised_at_us, alert_id: "", raised_at_us, over });
    expect(standing([word("1", false), word("2", false)], known()).map((one) => one.id)).toEqual(["2"]);
    expect(standing([word("1", false), word("2", true)], known())).toHaveLength(0);
    expect(standing([word("1", false), word("2", true), word("3", false)], known()).map((one) => one.id)).toEqual(["3"]);
  });

  it("count once per matter, at their highest level", () => {
    const levels = [1, 2, 3].map((level) => alarm("ALARM_KIND_NOT_ACKNOWLEDGED", { level }));
    expect(standing(levels, known()).map((one) => one.level)).toEqual([3]);
  });

  it("are put together by kind, the one of the most severe alert in front", () => {
    const all = [
      alarm("X", { alert_id: "low" }),
      alarm("X", { alert_id: "high" }),
      alarm("Y", { alert_id: "low" }),
    ];
    const groups = byKind(all, (one) => (one.alert_id === "high" ? 0 : 3));
    expect(groups.map((group) => [group.kind, group.count, group.worst.alert_id])).toEqual([
      ["X", 2, "high"],
      ["Y", 1, "low"],
    ]);
  });
});

describe("the command line", () => {
  it("tells places, deeds and searches apart", () => {
    expect(read("  ")).toEqual({ what: "nothing" });
    expect(read("go 남양주")).toEqual({ what: "go", text: "남양주" });
    expect(read("418 a")).toEqual({ what: "deed", deed: "acknowledge", text: "418" });
    expect(read("EM-3293")).toEqual({ what: "search", text: "EM-3293" });
  });

  it("does something with an alert only when exactly one fits", () => {
    const ids = ["a-12-0", "a-412-0", "a-412-1"];
    expect(findAlert(ids, "a-12-0")).toBe("a-12-0");
    expect(findAlert(ids, "412-1")).toBe("a-412-1");
    expect(findAlert(ids, "412")).toBeNull();
  });
});
