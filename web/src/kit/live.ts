// LiveSocket: the line to /live. Comes back by itself, resumes after the last message that was folded, and says loudly
// when it is dead. What the messages mean is the business of the stores.
import type { components } from "../../generated/api";
import { learnServerTime, passedMs, serverNowMs, thisMoment } from "./clock";
import { surface } from "./session";

// The envelope's numbers are JSON numbers on the wire, and `positions` is the list itself.
type Wire = components["schemas"]["LiveMessage"];
export type LiveMessage = Omit<Wire, "entry" | "at_us" | "durable_at_us" | "judged_at_us" | "positions"> & {
  entry?: number;
  at_us?: number;
  durable_at_us?: number;
  judged_at_us?: number;
  positions?: components["schemas"]["LivePosition"][];
};

export type LinkState = "connecting" | "live" | "lost" | "refused";
export interface Link {
  state: LinkState;
  sinceMs: number; // Date.now() when this state began
  heardAtMs: number; // Date.now() of the last message of any kind
  lagMs: number | null; // from durable to here, of the last message that says
  tries: number; // since the line was lost
}

export interface LiveHandlers {
  message(message: LiveMessage): void;
  frame(frame: ArrayBuffer): void;
  link(link: Link): void;
}

// What a surface needs of its line, whatever the line is.
export type Line = Pick<LiveSocket, "link" | "send" | "shown" | "close" | "startOver" | "retryNow">;

// Nothing for so long means that the line is dead: the server speaks every five seconds. Looked at each second, so that a
// screen is loud before it has shown for ten what is not the present.
export const SILENCE_MS_MAX = 8_000;
// Less is what two clocks differ by anyway.
const CLOCK_SET_MS_MIN = 1000;
// A handshake that takes longer will not come: a phone that changed its network would wait for minutes.
export const GREETING_MS_MAX = 10_000;
export const RETRY_MS_FIRST = 500;
export const RETRY_MS_MAX = 10_000;

// Half to one and a half of a doubling wait, so that a thousand screens do not come back at one moment. Within a second at
// first, never above RETRY_MS_MAX.
export function retryMs(tries: number, random: number): number {
  const wait = Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** Math.min(tries, 10));
  return Math.min(RETRY_MS_MAX, Math.round(wait * (0.5 + random)));
}

export class LiveSocket {
  private socket: WebSocket | null = null;
  private epoch = "";
  private cursor = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly watch: ReturnType<typeof setInterval>;
  private ended = false;
  private opened = thisMoment();
  private heard = thisMoment();
  private looked = thisMoment();
  private spoiled = 0; // pictures in a row that broke the fold
  private readonly wake = () => this.retryNow();
  link: Link = { state: "connecting", sinceMs: Date.now(), heardAtMs: 0, lagMs: null, tries: 0 };

  constructor(
    private readonly topics: string,
    private readonly handlers: LiveHandlers,
  ) {
    this.watch = setInterval(() => {
      this.followTheClock();
      this.checkSilence();
    }, 1000);
    addEventListener("online", this.wake);
    this.open();
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.timer);
    clearInterval(this.watch);
    removeEventListener("online", this.wake);
    this.socket?.close(1000);
  }

  // True when the message left; a command that did not leave is not kept back: it must not act late.
  send(message: unknown): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  shown(what: { alert_id: string } | { call_id: string }): void {
    this.send({ shown: what });
  }

  // For a page that has dropped what it held: connects anew and asks for the whole picture.
  startOver(): void {
    if (this.ended) return;
    this.cursor = "";
    const old = this.socket;
    this.socket = null;
    old?.close(1000);
    clearTimeout(this.timer);
    this.change("connecting", 0);
    this.open();
  }

  retryNow(): void {
    if (this.ended || this.link.state === "live" || this.socket?.readyState === WebSocket.CONNECTING) return;
    clearTimeout(this.timer);
    this.open();
  }

  private open(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const resume = this.cursor ? `&resume=${encodeURIComponent(`${this.epoch}:${this.cursor}`)}` : "";
    const socket = new WebSocket(
      `${scheme}//${location.host}/live?surface=${surface}&tracks=binary&topics=${this.topics}${resume}`,
      ["haechi.v1"],
    );
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.opened = thisMoment();
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket !== socket) return;
      this.link.heardAtMs = Date.now();
      this.heard = thisMoment();
      if (typeof event.data === "string") this.take(JSON.parse(event.data) as LiveMessage);
      else this.handlers.frame(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket || this.ended) return;
      this.lost(event.code === 1008);
    };
  }

  private take(message: LiveMessage): void {
    const said = message.hello?.server_time_us ?? message.heartbeat?.server_time_us;
    if (said !== undefined) learnServerTime(Number(said));
    if (message.hello) {
      this.epoch = message.hello.epoch ?? "";
      this.change("live", 0);
    }
    if (message.durable_at_us) {
      this.link.lagMs = Math.max(0, Math.round(serverNowMs() - message.durable_at_us / 1000));
    }
    try {
      this.handlers.message(message);
    } catch (error) {
      this.startAnew(error);
      return;
    }
    if (message.snapshot) this.spoiled = 0;
    if (message.cursor) this.cursor = message.cursor;
  }

  // A message that broke the fold must not be left out silently: the whole picture is asked for instead.
  private startAnew(error: unknown): void {
    console.error(error);
    this.cursor = "";
    this.socket?.close();
    this.spoiled += 1;
    this.lost(false, this.spoiled);
  }

  private lost(ended: boolean, waitAsAfter = 0, agoMs = 0): void {
    this.socket = null;
    const tries = this.link.state === "live" ? waitAsAfter : this.link.tries + 1;
    this.change(ended ? "refused" : "lost", tries, agoMs);
    clearTimeout(this.timer);
    if (!ended) this.timer = setTimeout(() => this.open(), retryMs(tries, Math.random()));
  }

  // The clock of the day was set back: what the link says of it is set back as well, or a dead line would look young.
  private followTheClock(): void {
    const now = thisMoment();
    const backMs = now.steadyMs - this.looked.steadyMs - (now.wallMs - this.looked.wallMs);
    this.looked = now;
    if (backMs < CLOCK_SET_MS_MIN) return;
    this.link = { ...this.link, sinceMs: this.link.sinceMs - backMs, heardAtMs: this.link.heardAtMs - backMs };
    this.handlers.link(this.link);
  }

  private checkSilence(): void {
    const socket = this.socket;
    if (!socket) return;
    const silentMs = passedMs(this.link.state === "live" ? this.heard : this.opened);
    if (silentMs <= (this.link.state === "live" ? SILENCE_MS_MAX : GREETING_MS_MAX)) return;
    socket.close();
    this.lost(false, 0, silentMs); // the close may take as long as the silence did
  }

  // `agoMs`: since when it has been so.
  private change(state: LinkState, tries: number, agoMs = 0): void {
    const since = state === this.link.state ? this.link.sinceMs : Date.now() - agoMs;
    this.link = { ...this.link, state, tries, sinceMs: since };
    this.handlers.link(this.link);
  }
}
