// What /config/map.json may say: which base maps there are. A part that makes no sense is left out with a reason; the
// built-in map is always there, so a wrong file never costs the map.

export type VectorStyle = "protomaps" | "openmaptiles";

export type BaseMap =
  | { id: string; kind: "builtin"; attribution?: string; name?: string }
  | { id: string; kind: "pmtiles"; url: string; style: VectorStyle; attribution?: string; name?: string }
  | {
      id: string;
      kind: "mvt";
      url: string;
      style: VectorStyle;
      minzoom: number;
      maxzoom: number;
      attribution?: string;
      name?: string;
    }
  | {
      id: string;
      kind: "raster";
      url: string;
      tileSize: number;
      minzoom: number;
      maxzoom: number;
      attribution?: string;
      name?: string;
    }
  | { id: string; kind: "style"; url: string; attribution?: string; name?: string };

export interface MapConfig {
  base: BaseMap[]; // never empty, always with a "builtin"
  default: string;
  problems: string[]; // field and reason, for the console of the browser
}

export const BUILTIN: BaseMap = { id: "builtin", kind: "builtin" };
export const BUILTIN_CONFIG: MapConfig = { base: [BUILTIN], default: "builtin", problems: [] };

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function whole(fields: Fields, name: string, least: number, most: number, otherwise: number): number {
  const value = fields[name];
  if (value === undefined) return otherwise;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw new Error(`${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
}

function address(fields: Fields, needs: string[]): string {
  const url = text(fields.url);
  if (!url) throw new Error("url is missing");
  if (!/^(\/(?!\/)|https?:\/\/)/.test(url)) throw new Error("url must start with / or http(s)://");
  for (const part of needs) if (!url.includes(part)) throw new Error(`url needs ${part}`);
  return url;
}

function vectorStyle(fields: Fields): VectorStyle {
  if (fields.style === "protomaps" || fields.style === "openmaptiles") return fields.style;
  throw new Error('style must be "protomaps" or "openmaptiles"');
}

function parseBase(fields: Fields): BaseMap {
  const id = text(fields.id);
  if (!id) throw new Error("id is missing");
  const named = { id, attribution: text(fields.attribution), name: text(fields.name) };
  switch (fields.kind) {
    case "builtin":
      return { ...named, kind: "builtin" };
    case "pmtiles":
      return { ...named, kind: "pmtiles", url: address(fields, []), style: vectorStyle(fields) };
    case "mvt":
      return {
        ...named,
        kind: "mvt",
        url: address(fields, ["{z}", "{x}", "{y}"]),
        style: vectorStyle(fields),
        minzoom: whole(fields, "minzoom", 0, 22, 0),
        maxzoom: whole(fields, "maxzoom", 0, 22, 14),
      };
    case "raster":
      return {
        ...named,
        kind: "raster",
        url: address(fields, ["{z}", "{x}", "{y}"]),
        tileSize: whole(fields, "tileSize", 128, 1024, 256),
        minzoom: whole(fields, "minzoom", 0, 22, 0),
        maxzoom: whole(fields, "maxzoom", 0, 22, 19),
      };
    case "style":
      return { ...named, kind: "style", url: address(fields, []) };
    default:
      throw new Error("kind must be builtin, pmtiles, mvt, raster or style");
  }
}

export function parseMapConfig(value: unknown): MapConfig {
  const problems: string[] = [];
  const base: BaseMap[] = [];
  if (!isFields(value) || !Array.isArray(value.base)) {
    return { ...BUILTIN_CONFIG, problems: ["base: must be a list"] };
  }
  value.base.forEach((one: unknown, i) => {
    try {
      if (!isFields(one)) throw new Error("must be an object");
      const made = parseBase(one);
      if (base.some((other) => other.id === made.id)) throw new Error(`id ${made.id} is there twice`);
      base.push(made);
    } catch (error) {
      problems.push(`base[${i}]: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  if (!base.some((one) => one.kind === "builtin")) base.unshift(BUILTIN);
  const wanted = text(value.default);
  const found = base.find((one) => one.id === wanted);
  if (wanted && !found) problems.push(`default: there is no base map ${wanted}`);
  return { base, default: (found ?? base.find((one) => one.kind === "builtin") ?? BUILTIN).id, problems };
}

export async function loadMapConfig(): Promise<MapConfig> {
  try {
    const answer = await fetch("/config/map.json", { cache: "no-cache" });
    if (!answer.ok) return { ...BUILTIN_CONFIG, problems: [`/config/map.json: ${answer.status}`] };
    return parseMapConfig(await answer.json());
  } catch (error) {
    return { ...BUILTIN_CONFIG, problems: [`/config/map.json: ${error instanceof Error ? error.message : "unreadable"}`] };
  }
}
