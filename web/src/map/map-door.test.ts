// Maps of somebody who means harm: each answer is refused or used, in bounded time and memory, and nothing of ours is told.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { checkPicture, checkVector, fetchMap, MapRefused, read, unzipped } from "./map-door";
import { openFile } from "./pmtiles-door";

const asked: IncomingMessage[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => {
  asked.push(request);
  answer(request, response);
});
let origin = "";
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => asked.splice(0));

const stop = (): AbortSignal => new AbortController().signal;
const refused = (why: string) => expect.objectContaining({ message: expect.stringContaining(`map: ${why}`) as string });

// The same numbers each time.
function* random(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe("the door of maps", () => {
  test("takes what is whole, and tells nothing of ours", async () => {
    answer = (_, response) => response.setHeader("set-cookie", "theirs=1").end("tile");
    const { bytes } = await fetchMap(`${origin}/1/2/3`, stop());
    expect(new TextDecoder().decode(bytes)).toBe("tile");
    await fetchMap(`${origin}/1/2/3`, stop());
    for (const { headers } of asked) {
      expect(headers.cookie).toBeUndefined();
      expect(headers.referer).toBeUndefined();
      expect(headers.authorization).toBeUndefined();
    }
  });

  test("cuts off what does not end", async () => {
    let sent = 0;
    answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16))) sent += 1 << 16;
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    };
    await expect(fetchMap(`${origin}/endless`, stop())).rejects.toEqual(refused("is too large"));
    expect(sent).toBeLessThan(64 << 20);
  });

  test("does not wait for ever", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      for (const begins of [false, true]) {
        const reached = new Promise<void>((done) => {
          answer = (_, response) => {
            if (begins) response.write("a beginning");
            done();
          };
        });
        const wait = fetchMap(`${origin}/never`, stop()).catch((error: unknown) => error);
        await reached;
        vi.advanceTimersByTime(15_000);
        expect(await wait).toEqual(refused("no whole answer in time"));
      }
    } finally {
      vi.useRealTimers();
    }
  });

  test("goes nowhere else", async () => {
    answer = (request, response) => {
      if (request.url === "/away") response.writeHead(302, { location: `${origin}/elsewhere` });
      response.end("x");
    };
    await expect(fetchMap(`${origin}/away`, stop())).rejects.toEqual(refused("no answer"));
    expect(asked.map((one) => one.url)).toEqual(["/away"]);
  });

  test("says what was answered", async () => {
    for (const status of [204, 403, 404, 500]) {
      answer = (_, response) => response.writeHead(status).end();
      const came = await fetchMap(`${origin}/x`, stop()).catch((error: unknown) => error);
      if (status === 204) expect((came as { bytes: ArrayBuffer }).bytes.byteLength).toBe(0);
      else expect((came as MapRefused).status).toBe(status);
    }
    await expect(fetchMap("http://127.0.0.1:1/", stop())).rejects.toEqual(refused("no answer"));
  });

  test("unpacks no more than a tile may be", async () => {
    const small = gzipSync("a tile"), bomb = gzipSync(Buffer.alloc(200 << 20));
    expect(bomb.length).toBeLessThan(1 << 20);
    expect(new TextDecoder().decode(await unzipped(new Uint8Array(small).buffer))).toBe("a tile");
    await expect(unzipped(new Uint8Array(bomb).buffer)).rejects.toEqual(refused("is too large"));
    for (const cut of [0, 1, 9, small.length - 1])
      await expect(unzipped(new Uint8Array(small.subarray(0, cut)).buffer)).rejects.toBeInstanceOf(MapRefused);
  });

  test("tells a vector tile from what would be read as an empty one", () => {
    for (const tile of [[], [0x1a, 0x00]]) expect(() => checkVector(Uint8Array.from(tile).buffer)).not.toThrow();
    for (const other of [[0x89, 0x50], [0x3c, 0x68], [0x1f, 0x8b], [0]]) expect(() => checkVector(Uint8Array.from(other).buffer)).toThrow(MapRefused);
  });

  test("reads JSON as JSON", () => {
    const bytes = (of: string): ArrayBuffer => new TextEncoder().encode(of).buffer as ArrayBuffer;
    expect(read(bytes('{"version":8}'), "json")).toEqual({ version: 8 });
    for (const other of ["<script>", "null", "7", ""]) expect(() => read(bytes(other), "json"), other).toThrow(MapRefused);
    expect(read(bytes("text"), "string")).toBe("text");
  });
});

const picture = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)));
const be4 = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const png = (w: number, h: number): Uint8Array => picture([0x89], "PNG\r\n\x1a\n", be4(13), "IHDR", be4(w), be4(h), [8, 6, 0, 0, 0]);
const jpeg = (w: number, h: number): Uint8Array =>
  picture([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xff, 0xc0, 0, 11, 8, h >> 8, h & 255, w >> 8, w & 255, 1, 1, 17, 0]);
const webp = (kind: "VP8 " | "VP8L" | "VP8X", w: number, h: number): Uint8Array => {
  const head = picture("RIFF", be4(0), "WEBP", kind, be4(0));
  if (kind === "VP8X") return picture([...head], [0, 0, 0, 0], [(w - 1) & 255, (w - 1) >> 8, 0], [(h - 1) & 255, (h - 1) >> 8, 0]);
  if (kind === "VP8 ") return picture([...head], [0, 0, 0, 0x9d, 1, 0x2a], [w & 255, w >> 8, h & 255, h >> 8]);
  const bits = (((h - 1) << 14) | (w - 1)) >>> 0;
  return picture([...head], [0x2f], be4(bits).reverse());
};

describe("a picture", () => {
  const check = (bytes: Uint8Array): void => checkPicture(bytes.slice().buffer);
  const kinds: ((w: number, h: number) => Uint8Array)[] = [
    png, jpeg, (w, h) => webp("VP8 ", w, h), (w, h) => webp("VP8L", w, h), (w, h) => webp("VP8X", w, h),
  ];

  test("is taken with the sides of a tile, and not with those of a wall", () => {
    for (const make of kinds) {
      expect(() => check(make(256, 256))).not.toThrow();
      expect(() => check(make(512, 300))).not.toThrow();
      for (const [w, h] of [[16_000, 256], [256, 16_000]] as const) expect(() => check(make(w, h))).toThrow("too large a picture");
    }
    expect(() => check(png(0, 256))).toThrow(MapRefused);
    expect(() => check(png(0xffffffff, 0xffffffff))).toThrow(MapRefused);
  });

  test("is nothing that could be more than a picture", () => {
    for (const other of ["", "<svg onload='alert(1)'/>", "<html><script>alert(1)</script>", "GIF89a......", "RIFF....AVI LIST", "%PDF-1.7"])
      expect(() => check(picture(other)), other).toThrow("is no picture");
  });

  test("that is cut or harmed anywhere is refused or read, and never for long", () => {
    const next = random(37);
    const one = (): number => next.next().value;
    let read = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = kinds[Math.floor(one() * kinds.length)]!(256, 256).slice();
      for (let harm = 0; harm < 1 + one() * 4; harm += 1) bytes[Math.floor(one() * bytes.length)] = Math.floor(one() * 256);
      try {
        check(bytes.subarray(0, Math.ceil(one() * bytes.length * 1.5)));
        read += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(MapRefused);
      }
    }
    expect(read).toBeGreaterThan(1_000);
    const endless = picture([0xff, 0xd8], Array.from({ length: 1 << 16 }, () => 0xff));
    expect(() => check(endless)).toThrow("is no picture");
  });
});

// A file of one tile: header, a directory of one entry, the tile.
function file(change: (header: DataView) => void = () => undefined, directory = gzipSync(Uint8Array.of(1, 0, 1, 4, 1)), tile = Buffer.from("tile")): Buffer {
  const header = Buffer.alloc(127);
  header.write("PMTiles", 0);
  const view = new DataView(header.buffer, header.byteOffset, 127);
  view.setUint8(7, 3);
  const put = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  put(8, 127);
  put(16, directory.length);
  put(24, 127 + directory.length);
  put(40, 127 + directory.length);
  put(56, 127 + directory.length);
  put(64, tile.length);
  for (const at of [72, 80, 88]) put(at, 1);
  view.setUint8(96, 1);
  view.setUint8(97, 2); // directories are zipped
  view.setUint8(98, 1); // tiles are not
  view.setUint8(99, 1);
  change(view);
  return Buffer.concat([header, directory, tile]);
}

describe("a file of tiles", () => {
  let number = 0;
  const tileOf = async (bytes: Buffer, ranges = true): Promise<string | undefined> => {
    answer = (request, response) => {
      const [, from = "0", to = "0"] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
      if (ranges) response.writeHead(206).end(bytes.subarray(Number(from), Number(to) + 1));
      else response.end(bytes);
    };
    number += 1;
    const tile = await openFile(`${origin}/${number}.pmtiles`).getZxy(0, 0, 0);
    return tile && new TextDecoder().decode(tile.data);
  };

  test("is read", async () => {
    expect(await tileOf(file())).toBe("tile");
  });

  test("unpacks neither its directory nor its tiles without bound", async () => {
    const wide = gzipSync(Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]), Buffer.alloc(1_000)]));
    await expect(tileOf(file(undefined, wide))).rejects.toBeInstanceOf(Error);
    const tile = gzipSync(Buffer.alloc(60 << 20));
    const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
    const directory = gzipSync(Uint8Array.from([1, 0, 1, ...varint(tile.length), 1]));
    await expect(tileOf(file((header) => header.setUint8(98, 2), directory, tile))).rejects.toEqual(refused("is too large"));
  });

  test("is served in parts", async () => {
    await expect(tileOf(Buffer.concat([file(), Buffer.alloc(1 << 20)]), false)).rejects.toEqual(refused("is served without its parts"));
  });

  test("that is harmed anywhere is refused or read, and never for long", async () => {
    const next = random(38);
    const one = (): number => next.next().value;
    const whole = file();
    let refusals = 0;
    for (let round = 0; round < 1_500; round += 1) {
      const bytes = Buffer.from(whole);
      for (let harm = 0; harm < 1 + one() * 4; harm += 1) bytes[Math.floor(one() * bytes.length)] = Math.floor(one() * 256);
      await tileOf(bytes).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Error);
        refusals += 1;
      });
    }
    expect(refusals).toBeGreaterThan(300);
  }, 60_000);
});
