// What she asks of the server about her cases. By plain requests: the typed client of the desks is too big for her phone.
import type { Schemas } from "../kit/api";
import { patience, take } from "../kit/load";
import { surface } from "../kit/session";

async function ask<T>(path: string, key = "", body?: unknown): Promise<{ data?: T; error?: unknown; response: Response }> {
  const sends = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`/api/v1/${path}`, {
    ...sends, cache: "no-store", signal: patience(),
    headers: { "Haechi-Surface": surface, ...(body === undefined ? {} : { "content-type": "application/json", "Idempotency-Key": key }) },
  });
  const said: unknown = await response.json().catch(() => undefined);
  return response.ok ? { data: said as T, response } : { error: said, response };
}

export const myCases = () => take(ask<Schemas["MyCases"]>("me/cases"));
export const consent = (said: Schemas["ConsentInput"]) => take(ask<Schemas["ConsentAnswer"]>("me/consent", crypto.randomUUID(), said));
export const file = (petition: Schemas["PetitionInput"]) => take(ask<Schemas["PetitionAnswer"]>("petitions", petition.id ?? "", petition));
