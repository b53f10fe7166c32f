// Asking about accounts; every failure is told apart by its status.
import { api, type Schemas } from "../kit/api";
import { ApiFailure, patience, take } from "../kit/load";
import { surface } from "../kit/session";

export type OwnAccount = Schemas["OwnAccount"];
export type AccountItem = Schemas["AccountItem"];
export type AccountInput = Schemas["AccountInput"];
export type AccountChange = Schemas["AccountChange"];
export type EnrolmentLink = Schemas["EnrolmentLink"];

export const ownAccount = (): Promise<OwnAccount> => take(api.GET("/api/v1/me/account", { signal: patience() }));

export type Notice = Schemas["AccountNotice"];

export const endOwnSession = (id: string, factors: Schemas["SessionEndInput"]): Promise<unknown> =>
  take(api.POST("/api/v1/me/sessions/{id}/end", { params: { path: { id } }, body: factors, signal: patience() }));

export const prove = (code: string): Promise<unknown> => take(api.POST("/api/v1/me/proof", { body: { code }, signal: patience() }));

export const renew = (factors: Schemas["RenewalInput"]): Promise<EnrolmentLink> =>
  take(api.POST("/api/v1/me/account/renewal", { body: factors, signal: patience() }));

export const askForPasskey = (factors: Schemas["PasskeyQuestion"]): Promise<Schemas["PasskeyChallenge"]> =>
  take(api.POST("/api/v1/me/passkeys/question", { body: factors, signal: patience() }));

export const addPasskey = (made: Schemas["PasskeyInput"]): Promise<unknown> => take(api.POST("/api/v1/me/passkeys", { body: made, signal: patience() }));

export const removePasskey = (id: string, factors: Schemas["PasskeyRemoveInput"]): Promise<unknown> =>
  take(api.POST("/api/v1/me/passkeys/{id}/remove", { params: { path: { id } }, body: factors, signal: patience() }));

export const providers = async (): Promise<Schemas["IdentityProvider"][]> =>
  (await take(api.GET("/api/v1/sign-in/ways", { signal: patience() }))).providers ?? [];

export type ApiKeyItem = Schemas["ApiKeyItem"];

export const apiKeys = async (): Promise<ApiKeyItem[]> => (await take(api.GET("/api/v1/api-keys", { signal: patience() }))).keys ?? [];

export const makeApiKey = (viewer: AccountInput, endsAtMs: number): Promise<Schemas["ApiKeyMade"]> =>
  take(api.POST("/api/v1/api-keys", { body: { viewer, expires_at_us: String(endsAtMs * 1000) }, signal: patience() }));

export const endApiKey = (id: string): Promise<unknown> =>
  take(api.POST("/api/v1/api-keys/{id}/end", { params: { path: { id } }, body: {}, signal: patience() }));

export const accounts = async (): Promise<AccountItem[]> =>
  (await take(api.GET("/api/v1/accounts", { signal: patience() }))).accounts ?? [];

export const create = (input: AccountInput): Promise<EnrolmentLink> => take(api.POST("/api/v1/accounts", { body: input, signal: patience() }));

export const change = (id: string, what: AccountChange, knownBy: string): Promise<Schemas["AccountChanged"]> =>
  take(api.POST("/api/v1/accounts/{id}/change", { params: { path: { id } }, body: { change: what, known_by: knownBy }, signal: patience() }));

export type ActRequest = Schemas["ActRequest"];

export const acts = async (): Promise<ActRequest[]> => (await take(api.GET("/api/v1/acts", { signal: patience() }))).requests ?? [];

export const answerAct = (id: string, approved: boolean): Promise<unknown> =>
  take(api.POST("/api/v1/acts/{id}/answer", { params: { path: { id } }, body: { approved }, signal: patience() }));

// What an act gave: a link or a key that is shown once, or nothing; a file is saved.
export interface Done {
  shown: string;
}

// Sends what was approved once more, as it was asked for.
export async function doAct(request: ActRequest): Promise<Done> {
  const { method = "POST", path = "", what = "" } = request.asked ?? {};
  const headers = { "Haechi-Surface": surface, "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, body: what, cache: "no-store" }).catch(() => null);
  if (!answer) throw new ApiFailure(0, "no_answer", "");
  if (answer.headers.get("content-type")?.startsWith("application/x-ndjson")) {
    saveFile("bundle.jsonl", await answer.blob());
    return { shown: "" };
  }
  const body = (await answer.json().catch(() => ({}))) as Partial<EnrolmentLink> & { link?: EnrolmentLink; key?: string; code?: string; reason?: string };
  if (!answer.ok || answer.status === 202) throw new ApiFailure(answer.status, body.code ?? "", body.reason ?? "");
  const link = body.link ?? (body.token ? body : null);
  return { shown: link?.token ? addressOf(link) : (body.key ?? "") };
}

function saveFile(name: string, file: Blob): void {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(file);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}

export const nodeConditions = async (): Promise<Schemas["NodeConditionItem"][]> =>
  (await take(api.GET("/api/v1/node", { signal: patience() }))).conditions ?? [];

// Where people of a role work.
const HOMES: Record<string, string> = {
  control: "control", dispatch: "dispatch", unit: "field", protected_person: "me", court: "court", police: "cases", probation: "cases",
};
export const homeOf = (role: string | undefined): string => HOMES[role ?? ""] ?? "account";

export const addressOf = (link: EnrolmentLink): string => `${location.origin}/account/#enrol=${link.token ?? ""}`;
