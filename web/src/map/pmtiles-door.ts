// A file of tiles, read through the door of all maps and unpacked within its bounds.
import { Compression, PMTiles, type RangeResponse, SharedPromiseCache, type Source } from "pmtiles";
import { fetchMap, MapRefused, unzipped } from "./map-door";

class Ranges implements Source {
  constructor(private readonly url: string) {}

  getKey(): string {
    return this.url;
  }

  async getBytes(offset: number, length: number, signal?: AbortSignal): Promise<RangeResponse> {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 1)
      throw new MapRefused("names a part that cannot be");
    const range = { range: `bytes=${offset}-${offset + length - 1}` };
    const { bytes } = await fetchMap(this.url, signal ?? new AbortController().signal, range);
    if (bytes.byteLength > length) throw new MapRefused("is served without its parts");
    return { data: bytes };
  }
}

async function unpacked(bytes: ArrayBuffer, by: Compression): Promise<ArrayBuffer> {
  if (by === Compression.Gzip) return unzipped(bytes);
  if (by === Compression.None || by === Compression.Unknown) return bytes;
  throw new MapRefused("is packed in a way that is not read here");
}

const DIRECTORIES_KEPT = 100;

export const openFile = (url: string): PMTiles =>
  new PMTiles(new Ranges(url), new SharedPromiseCache(DIRECTORIES_KEPT, true, unpacked), unpacked);
