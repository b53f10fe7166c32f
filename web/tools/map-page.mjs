// Builds and serves the map's own page (src/map/dev) on a free port of this machine, with the strict content policy of the
// real server and a source of synthetic tracks: binary frames once a second over a WebSocket, every track moving.
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { build } from "vite";
import { makeBasemap } from "./basemap.mjs";

const kTypes = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".json": "application/json" };
const kPolicy =
  "default-src 'self'; script-src 'self'; worker-src 'self'; style-src 'self'; " +
  "img-src 'self' data: blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'";
const kCities = [
  [127.0, 37.55, 0.12, 30],
  [126.72, 37.46, 0.07, 9],
  [129.06, 35.17, 0.08, 12],
  [128.6, 35.87, 0.07, 9],
  [127.39, 36.35, 0.06, 7],
  [126.87, 35.16, 0.06, 6],
  [127.47, 36.64, 0.06, 6],
  [129.31, 35.55, 0.06, 4],
  [127.15, 35.82, 0.05, 4],
  [127.1, 37.25, 0.1, 10],
  [128.9, 37.75, 0.05, 2],
  [126.53, 33.49, 0.06, 2],
  [127.7, 36.4, 0.6, 8],
];

// A repeatable stream of numbers in 0..1.
function dice(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function makeTracks(n) {
  const roll = dice(7);
  const all = kCities.reduce((sum, city) => sum + city[3], 0);
  const tracks = [];
  for (let i = 0; i < n; i += 1) {
    let at = roll() * all;
    const city = kCities.find((one) => (at -= one[3]) < 0) ?? kCities[0];
    const bell = () => roll() + roll() + roll() - 1.5;
    tracks.push({
      lng: city[0] + bell() * city[2] * 1.6,
      lat: city[1] + bell() * city[2] * 1.3,
      course: Math.floor(roll() * 360),
      old: roll() < 0.05,
      unit: roll() < 0.06,
    });
  }
  return tracks;
}

export function holdersOf(tracks) {
  return tracks.map((track, i) =>
    track.unit
      ? { index: i, unit_id: `U-${i}` }
      : { index: i, person_id: `EM-${String(i).padStart(5, "0")}`, role: i % 9 === 0 ? "ROLE_PROTECTED_PERSON" : "ROLE_WEARER" });
}

export function frameOf(tracks, nowMs) {
  const frame = Buffer.alloc(16 + tracks.length * 32);
  frame.writeUInt8(1, 0);
  frame.writeUInt32LE(tracks.length, 4);
  frame.writeDoubleLE(nowMs, 8);
  tracks.forEach((track, i) => {
    const at = 16 + i * 32;
    track.lng += Math.sin((track.course * Math.PI) / 180) * 1e-4;
    track.lat += Math.cos((track.course * Math.PI) / 180) * 1e-4;
    if (Math.floor(nowMs / 1000 + i) % 40 === 0) track.course = (track.course + 170) % 360;
    frame.writeUInt32LE(i, at);
    frame.writeInt32LE(Math.round(track.lat * 1e7), at + 4);
    frame.writeInt32LE(Math.round(track.lng * 1e7), at + 8);
    frame.writeUInt32LE(track.old ? 600_000 : 1000, at + 12);
    frame.writeUInt32LE(1000, at + 16);
    frame.writeUInt16LE(12, at + 20);
    frame.writeUInt16LE(track.course, at + 22);
    frame.writeUInt16LE(14, at + 24);
    frame.writeUInt16LE(120, at + 26);
    frame.writeUInt8(80, at + 28);
  });
  return frame;
}

// One WebSocket message from server to browser (RFC 6455: not masked, not split).
function message(payload, text) {
  const short = payload.length < 126;
  const middle = payload.length < 65536;
  const head = Buffer.alloc(short ? 2 : middle ? 4 : 10);
  head[0] = text ? 0x81 : 0x82;
  head[1] = short ? payload.length : middle ? 126 : 127;
  if (!short && middle) head.writeUInt16BE(payload.length, 2);
  else if (!short) head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

function acceptSocket(request, socket) {
  const key = request.headers["sec-websocket-key"] ?? "";
  const answer = crypto.createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${answer}\r\n\r\n`);
  const tracks = makeTracks(Number(new URL(request.url, "http://x").searchParams.get("n") ?? 100));
  socket.write(message(Buffer.from(JSON.stringify({ holders: holdersOf(tracks) })), true));
  const timer = setInterval(() => socket.write(message(frameOf(tracks, Date.now()), false)), 1000);
  socket.on("close", () => clearInterval(timer));
  socket.on("error", () => clearInterval(timer));
}

// `files` answers further addresses: {"/config/map.json": {...}}. Answers {address, close}.
export async function startMapPage({ files = {}, more = null } = {}) {
  const web = path.join(import.meta.dirname, "..");
  const out = fs.mkdtempSync(path.join(os.tmpdir(), "map-page-"));
  await build({
    configFile: path.join(web, "vite.config.ts"),
    root: path.join(web, "src/map/dev"),
    base: "/",
    publicDir: false,
    logLevel: "error",
    build: { outDir: out, emptyOutDir: true },
  });
  makeBasemap(path.join(out, "map"));
  const server = http.createServer((request, response) => {
    const name = new URL(request.url, "http://x").pathname;
    response.setHeader("Content-Security-Policy", kPolicy);
    if (name in files) {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(files[name]));
      return;
    }
    if (more?.(name, request, response)) return;
    const file = path.join(out, name === "/" ? "index.html" : path.normalize(name));
    fs.readFile(file, (error, content) => {
      if (error) response.writeHead(404);
      else response.setHeader("Content-Type", kTypes[path.extname(file)] ?? "application/octet-stream");
      response.end(error ? "" : content);
    });
  });
  server.on("upgrade", acceptSocket);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
      fs.rmSync(out, { recursive: true, force: true });
    },
  };
}
