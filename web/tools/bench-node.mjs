// What the benches of the screens share: a real server on free ports, registrations, a browser whose processes can be
// weighed, percentiles.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { chromium } from "@playwright/test";

const web = path.dirname(import.meta.dirname);
const binaries = process.env.HAECHI_BINARIES ?? path.join(web, "..", "build", "release", "bin");
export const SECRET = "a-secret-of-good-length";
export const digest = createHash("sha256").update(SECRET).digest("base64");
const TICKS_PER_S = 100; // of /proc; USER_HZ of every Linux that Debian runs on

export async function startServer() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "haechi-bench-"));
  const keysFile = path.join(folder, "keys.json");
  const child = spawn(process.env.HAECHI ?? path.join(binaries, "haechi"), ["serve", "--data", path.join(folder, "store"), "--http-port", "0",
    "--devices-http-port", "0", "--mqtt-port", "0", "--demo-keys", keysFile, "--static", path.join(web, "dist")],
  { stdio: ["ignore", "pipe", fs.openSync(path.join(folder, "serve.log"), "a")] });
  const ready = await lineOf(child, "ready ");
  const ports = Object.fromEntries(ready.split(" ").slice(1).map((pair) => pair.split("=")));
  const keys = JSON.parse(fs.readFileSync(keysFile, "utf8"));
  const origin = `http://127.0.0.1:${ports.http}`;
  async function call(method, where, key, body) {
    const headers = { authorization: `Bearer ${keys[key] ?? key}`, "content-type": "application/json" };
    const answer = await fetch(origin + where, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }
  return {
    origin, folder, pid: child.pid, mqttPort: ports.mqtt, call,
    put: (where, body) => call("PUT", `/api/v1/${where}`, "registrar", body),
    keyFor: async (wish) => (await call("POST", "/api/v1/demo/keys", "registrar", wish)).key,
    async register(facts) {
      for (let from = 0; from < facts.length; from += 300) {
        await call("POST", "/api/v1/facts", "registrar", { facts: facts.slice(from, from + 300) });
      }
    },
    // Answers the moments before it was sent and after it was acknowledged, by Date.now().
    async report(device, report) {
      const sentMs = Date.now();
      const answer = await fetch(`http://127.0.0.1:${ports.devices_http}/ingest/v1/reports`, {
        method: "POST", body: JSON.stringify({ reports: [report] }),
        headers: { "content-type": "application/json", authorization: `Basic ${btoa(`${device}:${SECRET}`)}` },
      });
      if (answer.status !== 200) throw new Error(`${device}: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
      return { sentMs, acceptedMs: Date.now() };
    },
    end() {
      child.kill("SIGKILL");
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function lineOf(child, start) {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const line = said.split("\n").slice(0, -1).find((one) => one.startsWith(start));
      if (line) resolve(line);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
  });
}

export function startLoad(...words) {
  return spawn(path.join(binaries, "load"), words, { stdio: ["ignore", "pipe", "inherit"] });
}

export async function startBrowser() {
  const server = await chromium.launchServer({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, pid: server.process().pid, end: async () => { await browser.close(); await server.close(); } };
}

// Processor seconds used so far by the processes under `root`, by their kind.
export function cpuSeconds(root) {
  const all = new Map();
  for (const entry of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = fs.readFileSync(`/proc/${entry}/stat`, "utf8");
      const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = fs.readFileSync(`/proc/${entry}/cmdline`, "utf8");
      all.set(Number(entry), { parent: Number(rest[1]), s: (Number(rest[11]) + Number(rest[12])) / TICKS_PER_S, kind: /--type=([\w-]+)/.exec(command)?.[1] ?? "main" });
    } catch {
      // it ended while it was looked at
    }
  }
  const used = {};
  for (const [pid, one] of all) {
    let up = pid;
    while (up > 1 && up !== root) up = all.get(up)?.parent ?? 0;
    if (up === root) used[one.kind] = (used[one.kind] ?? 0) + one.s;
  }
  return used;
}

export function percentile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 10) / 10;
}

export const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};

export const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
