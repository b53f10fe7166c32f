// Asking about accounts; every failure is told apart by its status.
import { api, type Schemas } from "../kit/api";
import { patience, take } from "../kit/load";

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

export const nodeConditions = async (): Promise<Schemas["NodeConditionItem"][]> =>
  (await take(api.GET("/api/v1/node", { signal: patience() }))).conditions ?? [];

// Where people of a role work.
const HOMES: Record<string, string> = {
  control: "control", dispatch: "dispatch", unit: "field", protected_person: "me", court: "court", police: "cases", probation: "cases",
};
export const homeOf = (role: string | undefined): string => HOMES[role ?? ""] ?? "account";

export const addressOf = (link: EnrolmentLink): string => `${location.origin}/account/#enrol=${link.token ?? ""}`;
