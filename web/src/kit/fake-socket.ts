// A WebSocket that the tests of the live line open, feed and cut by hand; and the few browser globals the line needs.
import { vi } from "vitest";

export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static all: FakeSocket[] = [];

  static last(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  readyState = FakeSocket.CONNECTING;
  binaryType = "blob";
  readonly sent: string[] = [];
  closedWith: number | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code = 1005): void {
    this.closedWith = code;
    this.readyState = FakeSocket.CLOSING; // as a browser does on a dead line: the close event may never come
  }

  // What the server does.
  says(message: unknown): void {
    this.readyState = FakeSocket.OPEN;
    this.onmessage?.({ data: message instanceof ArrayBuffer ? message : JSON.stringify(message) });
  }

  breaks(code = 1006): void {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.({ code });
  }

  get resume(): string | null {
    return new URL(this.url).searchParams.get("resume");
  }
}

const listeners = new Map<string, Set<() => void>>();

export function fakeBrowser(): void {
  FakeSocket.all = [];
  listeners.clear();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("location", { protocol: "http:", host: "screen.test", pathname: "/control/", search: "" });
  vi.stubGlobal("addEventListener", (name: string, listener: () => void) => {
    listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
  });
  vi.stubGlobal("removeEventListener", (name: string, listener: () => void) => listeners.get(name)?.delete(listener));
}

export const windowEvent = (name: string): void => listeners.get(name)?.forEach((listener) => listener());
