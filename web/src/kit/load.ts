// Asking the server: one way to load, with its waiting, failing and forbidden states.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Problem } from "./api";
import { useLink } from "./surface";

const PATIENCE_MS = 8000;

export class ApiFailure extends Error {
  constructor(
    readonly status: number, // 0: no answer
    readonly code: string,
    readonly reason: string,
    public again?: () => void, // does it once more, for who has shown a factor meanwhile
  ) {
    super(`${status} ${code} ${reason}`);
  }
}

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

// The answer's data; throws ApiFailure.
export async function take<T>(asked: Promise<Answered<T>>): Promise<T> {
  let answer: Answered<T>;
  try {
    answer = await asked;
  } catch {
    throw new ApiFailure(0, "no_answer", "");
  }
  // It is asked for, and waits for a second person.
  if (answer.response.status === 202) throw new ApiFailure(202, "asks_second", "");
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  const problem = (answer.error ?? {}) as Partial<Problem>;
  throw new ApiFailure(answer.response.status, problem.code ?? "", problem.reason ?? "");
}

export const patience = (): AbortSignal => AbortSignal.timeout(PATIENCE_MS);

export interface Loaded<T> {
  data: T | null; // may be old: see failure
  failure: ApiFailure | null;
  loading: boolean; // for the first time
  atMs: number; // Date.now() of the data
  reload: () => void;
}

// Loads when `key` changes, and again when `version` does, every `everyMs` while the page is seen and the line is live, and
// on reload(): what is held stays on the screen meanwhile, so that nothing under a hand goes away. Null: nothing.
export function useLoaded<T>(key: string | null, load: () => Promise<T>, everyMs = 0, version: string | number = ""): Loaded<T> {
  const [held, setHeld] = useState<{
    key: string | null;
    data: T | null;
    failure: ApiFailure | null;
    atMs: number;
  }>({
    key: null,
    data: null,
    failure: null,
    atMs: 0,
  });
  const loader = useRef(load);
  loader.current = load;
  const wanted = useRef(key);
  wanted.current = key;
  const turns = useRef({ asked: 0, answered: 0 });
  const link = useLink();
  const run = useCallback(async () => {
    const asked = wanted.current;
    if (asked === null) return;
    const turn = (turns.current.asked += 1);
    // An answer that was overtaken by a later one is older than what is shown.
    const isNews = () => {
      if (wanted.current !== asked || turn < turns.current.answered) return false;
      turns.current.answered = turn;
      return true;
    };
    try {
      const data = await loader.current();
      if (isNews()) setHeld({ key: asked, data, failure: null, atMs: Date.now() });
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : new ApiFailure(0, "no_answer", String(error));
      if (!isNews()) return;
      setHeld((before) =>
        before.key === asked ? { ...before, failure } : { key: asked, data: null, failure, atMs: 0 },
      );
    }
  }, []);
  const down = link.state === "lost" || link.state === "refused";
  useEffect(() => {
    // What is held stays while the line is down; it is asked for again when the line is back.
    if (!down || held.key !== key) void run();
  }, [key, version, run, down]);
  useEffect(() => {
    if (everyMs <= 0 || key === null || link.state !== "live") return;
    const timer = setInterval(() => {
      if (!document.hidden) void run();
    }, everyMs);
    return () => clearInterval(timer);
  }, [key, everyMs, run, link.state]);
  const mine = held.key === key && key !== null;
  return {
    data: mine ? held.data : null,
    failure: mine ? held.failure : null,
    loading: key !== null && !mine,
    atMs: mine ? held.atMs : 0,
    reload: () => void run(),
  };
}
