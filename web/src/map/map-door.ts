// The one door through which maps of others come in. Whoever serves them may be wrong or mean harm: what comes is bounded in
// bytes, time and pixels and is of the kind that was asked for, or it is refused; and nothing goes out but the address.
const BYTES_MAX = 4 << 20;
const UNPACKED_MAX = 16 << 20;
const WAIT_MS_MAX = 15_000;
const SIDE_MAX = 4096; // pixels of a picture

// Its text begins with "map:", by which it is known again behind a worker.
export class MapRefused extends Error {
  constructor(
    why: string,
    readonly status: number | null = null,
  ) {
    super(`map: ${why}`);
  }
}

export interface Came {
  bytes: ArrayBuffer;
  headers: Headers;
}

// No cookie, no address of the page; an answer that sends us elsewhere is none.
export async function fetchMap(url: string, stop: AbortSignal, headers: Record<string, string> = {}): Promise<Came> {
  const late = new AbortController();
  const give = (): void => late.abort();
  const timer = setTimeout(give, WAIT_MS_MAX);
  stop.addEventListener("abort", give, { once: true });
  try {
    const answer = await fetch(url, {
      headers,
      signal: late.signal,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
    });
    if (!answer.ok) {
      void answer.body?.cancel().catch(() => undefined);
      throw new MapRefused(`answered ${answer.status}`, answer.status);
    }
    return { bytes: await allOf(answer.body, BYTES_MAX), headers: answer.headers };
  } catch (error) {
    if (error instanceof MapRefused || stop.aborted) throw error;
    throw new MapRefused(late.signal.aborted ? "no whole answer in time" : "no answer");
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", give);
  }
}

// Read to its end, or cut off where it does not end.
async function allOf(stream: ReadableStream<Uint8Array> | null, most: number): Promise<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = stream?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.byteLength;
    if (size > most) {
      void reader?.cancel().catch(() => undefined);
      throw new MapRefused("is too large");
    }
    parts.push(next.value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all.buffer;
}

export async function unzipped(packed: ArrayBuffer): Promise<ArrayBuffer> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return await allOf(stream, UNPACKED_MAX);
  } catch (error) {
    throw error instanceof MapRefused ? error : new MapRefused("cannot be unpacked");
  }
}

const be = (bytes: DataView, at: number, count: number): number => {
  let value = 0;
  for (let i = 0; i < count; i += 1) value = value * 256 + bytes.getUint8(at + i);
  return value;
};
const text = (bytes: DataView, at: number, count: number): string =>
  String.fromCharCode(...Array.from({ length: count }, (_, i) => bytes.getUint8(at + i)));

// Width and height as the file says them, before anybody unpacks it.
function sides(bytes: DataView): [number, number] | null {
  if (be(bytes, 0, 4) === 0x89504e47) return [be(bytes, 16, 4), be(bytes, 20, 4)];
  if (be(bytes, 0, 2) === 0xffd8) return jpegSides(bytes);
  if (text(bytes, 0, 4) !== "RIFF" || text(bytes, 8, 4) !== "WEBP") return null;
  switch (text(bytes, 12, 4)) {
    case "VP8X":
      return [1 + (be(bytes, 24, 1) | (be(bytes, 25, 1) << 8) | (be(bytes, 26, 1) << 16)), 1 + (be(bytes, 27, 1) | (be(bytes, 28, 1) << 8) | (be(bytes, 29, 1) << 16))];
    case "VP8L":
      return [1 + (bytes.getUint16(21, true) & 0x3fff), 1 + ((bytes.getUint32(21, true) >>> 14) & 0x3fff)];
    case "VP8 ":
      return [bytes.getUint16(26, true) & 0x3fff, bytes.getUint16(28, true) & 0x3fff];
    default:
      return null;
  }
}

function jpegSides(bytes: DataView): [number, number] | null {
  for (let at = 2; ; ) {
    if (be(bytes, at, 1) !== 0xff) return null;
    const kind = be(bytes, at + 1, 1);
    if (kind >= 0xc0 && kind <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(kind)) return [be(bytes, at + 7, 2), be(bytes, at + 5, 2)];
    if (kind === 0xda || kind === 0xd9) return null;
    at += kind === 0xff ? 1 : 2 + Math.max(2, be(bytes, at + 2, 2));
  }
}

// A PNG, JPEG or WebP of sides that can be a tile's. Pictures that could hold more than a picture (SVG) are none.
export function checkPicture(bytes: ArrayBuffer): void {
  let found: [number, number] | null = null;
  try {
    found = sides(new DataView(bytes));
  } catch {
    // It ends before it says so.
  }
  if (!found) throw new MapRefused("is no picture");
  if (found.some((side) => side < 1 || side > SIDE_MAX)) throw new MapRefused("is too large a picture");
}

// Nothing, or layers (field 3 of a vector tile, and there is no other): what else it is would be read as an empty one.
export function checkVector(bytes: ArrayBuffer): void {
  if (bytes.byteLength > 0 && new Uint8Array(bytes)[0] !== 0x1a) throw new MapRefused("is no vector tile");
}

// What was asked for as `type`, as MapLibre wants to have it.
export function read(bytes: ArrayBuffer, type: string | undefined): ArrayBuffer | string | object {
  if (type === "image") checkPicture(bytes);
  if (type !== "json" && type !== "string") return bytes;
  const said = new TextDecoder().decode(bytes);
  if (type === "string") return said;
  let value: unknown = null;
  try {
    value = JSON.parse(said);
  } catch {
    // As if it said nothing.
  }
  if (typeof value !== "object" || value === null) throw new MapRefused("is no JSON");
  return value;
}
