// What is asked of the server about those who look.
import { api, newKey, type Schemas } from "../kit/api";
import { patience, take } from "../kit/load";

export type AccessEntry = Schemas["AccessEntry"];
export type BrokenGlass = Schemas["BrokenGlass"];
export type LivePosition = Schemas["LivePosition"];
export type LookAlarm = Schemas["LookAlarm"];
export type LookUps = Schemas["LookUps"];
export type LookUpsReport = Schemas["LookUpsReport"];
export type Recused = Schemas["Recused"];

const query = (fields: Record<string, string>) => ({ query: fields as never });
const path = (id: string) => ({ path: { id } as never });
const once = () => ({ headers: { "Idempotency-Key": newKey() } as never });

export interface LooksWish {
  viewer: string;
  subject_id: string;
  denied: boolean;
  after: string;
}
export const looks = ({ viewer, subject_id, denied, after }: LooksWish) =>
  take(api.GET("/api/v1/audit", {
    params: query({
      limit: "100",
      ...(viewer ? { viewer } : {}),
      ...(subject_id ? { subject_id } : {}),
      ...(denied ? { denied: "true" } : {}),
      ...(after ? { after } : {}),
    }),
    signal: patience(),
  }));

export const glasses = async (): Promise<BrokenGlass[]> =>
  (await take(api.GET("/api/v1/break-glass", { params: query({ limit: "200" }), signal: patience() }))).glasses ?? [];

export const breakGlass = (body: Schemas["BreakGlassInput"]) =>
  take(api.POST("/api/v1/break-glass", { body, ...once(), signal: patience() }));

export const answerGlass = (id: string, verdict: Schemas["ReviewVerdict"]) =>
  take(api.POST("/api/v1/break-glass/{id}/answer", { params: path(id), body: { verdict }, ...once(), signal: patience() }));

export const position = (id: string): Promise<LivePosition> =>
  take(api.GET("/api/v1/positions/{id}", { params: path(id), signal: patience() }));

export const recusals = async (): Promise<Recused[]> =>
  (await take(api.GET("/api/v1/recusals", { params: query({}), signal: patience() }))).recusals ?? [];

export const recuse = (body: Recused) => take(api.POST("/api/v1/recusals", { body, ...once(), signal: patience() }));

export const lookUps = (month: string) =>
  take(api.GET("/api/v1/look-ups", { params: query(month ? { month } : {}), signal: patience() }));

export const lift = (account: string) => take(api.POST("/api/v1/look-ups/lift", { body: { account }, ...once(), signal: patience() }));

export const review = (body: Schemas["LookUpsReviewInput"]) =>
  take(api.POST("/api/v1/look-ups/review", { body, ...once(), signal: patience() }));
