// What every surface is made of: words, theme, sign-in, the live line and the stores, and the loud bar when the line is
// dead. A surface gives its page; this gives it the rest.
import { Component, createContext, lazy, Suspense, useContext, useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { ErrorInfo, ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { type Line, type Link, type LiveHandlers, LiveSocket } from "./live";
import { PictureStore } from "./picture-store";
import { type Capabilities, keyInAddress, SignInError, type SignInProblem, signOut, troubleInAddress, whoAmI } from "./session";
import { setUpWords } from "./words";
import "./theme.css";

const SignIn = lazy(() => import("./sign-in")); // most who open a page are signed in already

export interface Live {
  who: Capabilities;
  picture: PictureStore;
  socket: Line;
  leave: () => void;
}

const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("outside of a surface");
  return live;
}

// Re-renders when the picture changes; read what is needed from the returned store.
export function usePicture(): PictureStore {
  const { picture } = useLive();
  useSyncExternalStore(picture.subscribe, picture.getVersion);
  return picture;
}

const LinkContext = createContext<Link>({ state: "connecting", sinceMs: 0, heardAtMs: 0, lagMs: null, tries: 0 });
export const useLink = (): Link => useContext(LinkContext);

// One tick for all who ask for the same rhythm: sixty stopwatches are drawn together, not in sixty turns.
class Ticker {
  private nowMs = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly everyMs: number) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.timer ??= setInterval(() => {
      this.nowMs = Date.now();
      for (const one of this.listeners) one();
    }, this.everyMs);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  };

  readonly now = (): number => {
    if (!this.timer && Date.now() - this.nowMs >= this.everyMs) this.nowMs = Date.now();
    return this.nowMs;
  };
}

const tickers = new Map<number, Ticker>();

// The present, once per `everyMs`, for ages.
export function useNow(everyMs = 1000): number {
  let ticker = tickers.get(everyMs);
  if (!ticker) tickers.set(everyMs, (ticker = new Ticker(everyMs)));
  return useSyncExternalStore(ticker.subscribe, ticker.now);
}

export interface SurfaceOptions {
  words: { ko: Record<string, unknown>; en: Record<string, unknown> };
  codes?: { ko: Record<string, unknown>; en: Record<string, unknown> };
  topics: string; // of /live, comma separated
  line?: (who: Capabilities, handlers: LiveHandlers) => Line | undefined; // instead of /live, for those who may not listen
  page: ReactNode;
  // Shown instead of the sign-in form while the server cannot be asked; the person's app must work then, too.
  offline?: ReactNode;
  // Shown instead of "Loading" until the server has said who this is.
  asking?: ReactNode;
  // Shown below the sign-in form.
  foot?: ReactNode;
  // Called once with the running parts, before the page is shown.
  start?: (live: Live) => void;
}

export function runSurface(options: SurfaceOptions): void {
  setUpWords(options.words, options.codes);
  const root = document.getElementById("root");
  if (!root) throw new Error("the page has no root");
  const offered = keyInAddress();
  const brought = troubleInAddress();
  const first = offered ? Promise.resolve<Entrance>({ state: "out", problem: null, offered }) : knock(brought); // under way while the page is drawn for the first time
  createRoot(root).render(
    <Fence>
      <Door options={options} first={first} brought={brought} />
    </Fence>,
  );
}

type Entrance = { state: "asking" } | { state: "out"; problem: SignInProblem | null; offered?: string } | { state: "in"; who: Capabilities };

// Whether the browser's cookie lets in; `brought`: what whoever has none came back with.
async function knock(brought: SignInProblem | null): Promise<Entrance> {
  try {
    return { state: "in", who: await whoAmI() };
  } catch (error) {
    const problem = error instanceof SignInError ? error.problem : "no_server";
    return { state: "out", problem: problem === "wrong_key" ? brought : problem };
  }
}

function Door({ options, first, brought }: { options: SurfaceOptions; first: Promise<Entrance>; brought: SignInProblem | null }) {
  const [entrance, setEntrance] = useState<Entrance>({ state: "asking" });
  // Not after the first paint: on a slow phone that is half a second later.
  useLayoutEffect(() => void first.then(setEntrance), [first]);
  // Without a server nobody can be asked who this is: try again until it answers.
  useEffect(() => {
    if (entrance.state !== "out" || entrance.problem !== "no_server") return;
    const timer = setInterval(() => void knock(brought).then(setEntrance), 3000);
    return () => clearInterval(timer);
  }, [entrance]);
  if (entrance.state === "asking") return options.asking ?? <Waiting />;
  if (entrance.state === "out") {
    if (entrance.problem === "no_server" && options.offline) return options.offline;
    return (
      <Suspense fallback={options.asking ?? <Waiting />}>
        <SignIn problem={entrance.problem} offered={entrance.offered ?? ""} onIn={(who) => setEntrance({ state: "in", who })} foot={options.foot} />
      </Suspense>
    );
  }
  const leave = () => {
    void signOut();
    setEntrance({ state: "out", problem: null });
  };
  return <Inside options={options} who={entrance.who} leave={leave} ended={() => setEntrance({ state: "out", problem: "ended" })} />;
}

function Inside(props: { options: SurfaceOptions; who: Capabilities; leave: () => void; ended: () => void }) {
  const { options, who, leave, ended } = props;
  const [link, setLink] = useState<Link>({ state: "connecting", sinceMs: Date.now(), heardAtMs: 0, lagMs: null, tries: 0 });
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const picture = new PictureStore();
    const handlers: LiveHandlers = {
      message: (message) => picture.fold(message),
      frame: (frame) => picture.frame(frame),
      link: setLink,
    };
    const socket = options.line?.(who, handlers) ?? new LiveSocket(options.topics, handlers);
    const running: Live = { who, picture, socket, leave };
    options.start?.(running);
    setLive(running);
    return () => {
      socket.close();
      picture.clear();
    };
    // one line for one signed-in account
  }, [who.account]);
  // A refused handshake looks like a dead line to a browser, so the account is asked about from time to time.
  useEffect(() => {
    if (link.state === "refused" || (link.state === "lost" && link.tries % 3 === 2)) {
      whoAmI().catch((error: unknown) => {
        if (error instanceof SignInError && error.problem === "wrong_key") ended();
        else if (link.state === "refused") live?.socket.retryNow();
      });
    }
  }, [link.state, link.tries]);
  const context = useMemo(() => live, [live]);
  if (!context) return <Waiting />;
  return (
    <LiveContext value={context}>
      <LinkContext value={link}>{options.page}</LinkContext>
    </LiveContext>
  );
}

// Says what is being waited for, but not before the wait is noticeable.
export function Waiting() {
  const { t } = useTranslation("kit");
  return (
    <div className="waiting" role="status">
      <span>{t("waiting")}</span>
    </div>
  );
}

// A bug in the page must not leave a blank screen that looks like "no alerts".
class Fence extends Component<{ children: ReactNode }, { broken: string | null }> {
  override state = { broken: null as string | null };

  static getDerivedStateFromError(error: unknown) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    return this.state.broken === null ? this.props.children : <Broken what={this.state.broken} />;
  }
}

function Broken({ what }: { what: string }) {
  const { t } = useTranslation("kit");
  return (
    <main className="broken" role="alert">
      <h1>{t("broken.title")}</h1>
      <p>{t("broken.advice")}</p>
      <p className="quiet">{what}</p>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        {t("broken.reload")}
      </button>
    </main>
  );
}
