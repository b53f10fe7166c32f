// Who is signed in on this surface: the server knows it by a cookie that no script can read; nothing about the person is
// kept in the browser.
import type { components } from "../../generated/api";

export type Capabilities = components["schemas"]["Capabilities"];

declare const __SURFACE__: "control" | "dispatch" | "field" | "me" | "court" | "cases" | "account";
export const surface = __SURFACE__;

export type SignInProblem = "wrong_key" | "wrong_role" | "wrong_account" | "no_passkey" | "provider_refused" | "provider_away" | "busy" | "ended" | "no_server";

export class SignInError extends Error {
  constructor(readonly problem: SignInProblem) {
    super(problem);
  }
}

const ROLES: Record<typeof surface, string[]> = {
  control: ["control"],
  dispatch: ["dispatch"],
  field: ["unit"],
  me: ["protected_person"],
  court: ["court"],
  cases: ["police", "probation", "control", "auditor"],
  account: [], // everybody
};

export async function read(response: Response): Promise<Capabilities> {
  if (response.status === 401) throw new SignInError("wrong_key");
  if (!response.ok) throw new SignInError("no_server");
  const who = (await response.json()) as Capabilities;
  if (ROLES[surface].length > 0 && !ROLES[surface].includes(who.role ?? "")) throw new SignInError("wrong_role");
  return who;
}

// A network that swallows requests looks like one that is not there.
const ANSWER_MS_MAX = 8000;

export async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    return await fetch(path, { ...init, signal, cache: "no-store", headers: { "Haechi-Surface": surface, ...init.headers } });
  } catch {
    throw new SignInError("no_server");
  }
}

// Whose cookie the browser holds; throws "wrong_key" when it holds none that is valid.
export async function whoAmI(): Promise<Capabilities> {
  return read(await ask("/api/v1/me/capabilities", {}));
}

export async function signOut(): Promise<void> {
  await ask("/api/v1/session", { method: "DELETE" }).catch(() => undefined);
}

// A key after '#', which never reaches a server's log; it is taken out of the address bar at once. It opens nothing by
// itself: the door offers it, and somebody presses.
export function keyInAddress(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key) history.replaceState(null, "", location.pathname + location.search);
  return key;
}

// What came of a way to an identity provider and back, after '#'; taken out of the address bar. Asked once, before anything
// is drawn: React may draw a part twice, and the second time nothing is left to read.
export function troubleInAddress(): SignInProblem | null {
  const trouble = new URLSearchParams(location.hash.slice(1)).get("sign-in");
  if (trouble) history.replaceState(null, "", location.pathname + location.search);
  return trouble === "refused" ? "provider_refused" : trouble === "away" ? "provider_away" : null;
}
