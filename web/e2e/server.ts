// A real `haechi serve` in a folder of its own on free ports of the loopback, which can be killed and started again on the
// same data and the same ports; and plain HTTP to it.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const WEB = path.dirname(import.meta.dirname);
export const PROGRAM = process.env["HAECHI"] ?? path.join(WEB, "..", "build", "release", "bin", "haechi");
export const PAGES = process.env["HAECHI_PAGES"] ?? path.join(WEB, "dist");
const READY_MS_MAX = 30_000;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export class Server {
  keys: Record<string, string> = {};
  port = 0;
  devicesPort = 0;
  mqttPort = 0;
  said = ""; // what this run wrote to its standard output
  private process: ChildProcess | null = null;
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "haechi-screens-"));

  // `settings`: what haechi.toml holds. `port`: of the pages; 0: any free one.
  static async start(settings = "", port = 0): Promise<Server> {
    const server = new Server();
    server.port = port;
    fs.writeFileSync(path.join(server.folder, "haechi.toml"), settings);
    await server.begin();
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  // On the ports it had, so that the screens find it again.
  async begin(): Promise<void> {
    const keysFile = path.join(this.folder, "keys.json");
    const log = fs.openSync(path.join(this.folder, "serve.log"), "a");
    const child = spawn(
      PROGRAM,
      ["serve", "--config", path.join(this.folder, "haechi.toml"), "--data", path.join(this.folder, "store"), "--http-port", String(this.port), "--devices-http-port",
        String(this.devicesPort), "--mqtt-port", String(this.mqttPort), "--demo-keys", keysFile, "--static", PAGES],
      { stdio: ["ignore", "pipe", log] },
    );
    fs.closeSync(log);
    this.process = child;
    const ready = await this.readyLine(child);
    const ports = Object.fromEntries(ready.split(" ").slice(1).map((pair) => pair.split("=")));
    this.port = Number(ports["http"]);
    this.devicesPort = Number(ports["devices_http"]);
    this.mqttPort = Number(ports["mqtt"]);
    const keys = JSON.parse(fs.readFileSync(keysFile, "utf8")) as Record<string, string>;
    // What the screens were given stays theirs; the newly made keys are the same roles again.
    this.keys = { ...keys, ...this.keys };
  }

  private readyLine(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      this.said = "";
      const late = setTimeout(() => reject(new Error(`not ready: ${this.log()}`)), READY_MS_MAX);
      child.stdout?.on("data", (chunk: Buffer) => {
        this.said += chunk.toString();
        const line = this.said.split("\n").slice(0, -1).find((one) => one.startsWith("ready "));
        if (!line) return;
        clearTimeout(late);
        resolve(line);
      });
      child.once("error", reject);
      child.once("exit", (code) => {
        clearTimeout(late);
        reject(new Error(`the server ended with ${code}: ${this.log()}`));
      });
    });
  }

  // Every effect of the log. Only when the server has ended.
  effects(): Record<string, unknown>[] {
    const lines = execFileSync(PROGRAM, ["replay", path.join(this.folder, "store"), "--effects"], { maxBuffer: 1 << 28 });
    return lines.toString().split("\n").filter((line) => line.includes('"effect"')).map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  log(): string {
    return fs.readFileSync(path.join(this.folder, "serve.log"), "utf8").slice(-2000);
  }

  // As a power cut for the process: no handler runs.
  async kill(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await ended;
  }

  // It stands still with every line open, as behind a network that no longer carries anything, and goes on.
  stand(): void {
    this.process?.kill("SIGSTOP");
  }
  goOn(): void {
    this.process?.kill("SIGCONT");
  }

  async end(): Promise<void> {
    await this.kill();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  async ask(method: string, where: string, key?: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const sent: Record<string, string> = { ...headers };
    if (key) sent["authorization"] = `Bearer ${this.keys[key] ?? key}`;
    if (body !== undefined) sent["content-type"] = "application/json";
    const response = await fetch(this.origin + where, { method, headers: sent, body: body === undefined ? null : JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { text } };
  }

  // Throws unless it was done.
  async must(method: string, where: string, key: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.ask(method, where, key, body);
    if (answer.status >= 300) throw new Error(`${method} ${where}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async ingest(device: string, secret: string, reports: unknown[]): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.devicesPort}/ingest/v1/reports`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Basic ${btoa(`${device}:${secret}`)}` },
      body: JSON.stringify({ reports }),
    });
    if (response.status !== 200) throw new Error(`report of ${device}: ${response.status} ${await response.text()}`);
  }
}
