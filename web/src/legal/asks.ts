// What is asked of the server about cases, and the words of its answers.
import { type Alert, api, newKey, type Schemas } from "../kit/api";
import { serverNowMs } from "../kit/clock";
import { ApiFailure, patience, take } from "../kit/load";

export type Case = Schemas["Case"];
export type CaseAnswer = Schemas["CaseAnswer"];
export type CaseLink = Schemas["CaseLink"];
export type Consent = Schemas["Consent"];
export type Duty = Schemas["Duty"];
export type LawKind = Schemas["LawKind"];
export type LawOffence = Schemas["LawOffence"];
export type LegalMeasure = Schemas["LegalMeasure"];
export type LinkAnswer = Schemas["LinkAnswer"];
export type Notification = Schemas["Notification"];
export type Order = Schemas["Order"];
export type PastAlert = Schemas["PastAlert"];
export type Petition = Schemas["Petition"];
export type PetitionAnswer = Schemas["PetitionAnswer"];
export type PlaceVersion = Schemas["PlaceVersion"];
export type RiskView = Schemas["RiskView"];
export type Statistics = Schemas["Statistics"];
export type Step = Schemas["CaseStep"];
export type Zone = Schemas["Zone"];
export type { Alert };

const PAGE = "200";
const query = (fields: Record<string, string>) => ({ query: fields as never });
const path = (id: string) => ({ path: { id } as never });
const once = () => ({ headers: { "Idempotency-Key": newKey() } as never });

export const law = () => take(api.GET("/api/v1/law/kinds", { params: query({}), signal: patience() }));

export const links = async (state: string): Promise<LinkAnswer[]> =>
  (await take(api.GET("/api/v1/links", { params: query({ state, limit: PAGE }), signal: patience() }))).links ?? [];

export const decideLink = (id: string, accepted: boolean, reason: string) =>
  take(api.POST("/api/v1/links/{id}/decision", {
    params: path(id), body: { accepted, ...(accepted ? {} : { reason_code: reason }) }, ...once(), signal: patience(),
  }));

export const stepLink = (id: string) =>
  take(api.POST("/api/v1/links/{id}/step", { params: path(id), body: {}, ...once(), signal: patience() }));

export const duties = async (state: string): Promise<Duty[]> =>
  (await take(api.GET("/api/v1/duties", { params: query({ state, limit: PAGE }), signal: patience() }))).duties ?? [];

export const doDuty = (id: string, body: Schemas["DutyDoneInput"]) =>
  take(api.POST("/api/v1/duties/{id}/done", { params: path(id), body, ...once(), signal: patience() }));

export const notifications = (after: string) =>
  take(api.GET("/api/v1/notifications", { params: query({ limit: "100", ...(after ? { after } : {}) }), signal: patience() }));

export const openNotification = (id: string) =>
  take(api.POST("/api/v1/notifications/{id}/opened", { params: path(id), body: {}, ...once(), signal: patience() }));

export const cases = async (state: string) =>
  (await take(api.GET("/api/v1/cases", { params: query({ state, limit: PAGE }), signal: patience() }))).cases ?? [];

export const oneCase = (id: string) => take(api.GET("/api/v1/cases/{id}", { params: path(id), signal: patience() }));

export const openCase = (body: Schemas["CaseInput"]) =>
  take(api.POST("/api/v1/cases", { body, ...once(), signal: patience() }));

export const reportToCase = (id: string, body: Schemas["CaseReportInput"]) =>
  take(api.POST("/api/v1/cases/{id}/reports", { params: path(id), body, ...once(), signal: patience() }));

export const closeCase = (id: string, reason: Schemas["CaseCloseReason"]) =>
  take(api.POST("/api/v1/cases/{id}/close", { params: path(id), body: { reason }, ...once(), signal: patience() }));

export const changePlaces = (caseId: string, body: Schemas["PlacesInput"]) =>
  take(api.POST("/api/v1/cases/{id}/places", { params: path(caseId), body, ...once(), signal: patience() }));

export const placeVersions = async (caseId: string): Promise<PlaceVersion[]> =>
  (await take(api.GET("/api/v1/cases/{id}/places", { params: path(caseId), signal: patience() }))).versions ?? [];

export const judge = (body: Schemas["JudgementInput"]) =>
  take(api.POST("/api/v1/measures", { body, ...once(), signal: patience() }));

export const beginMeasure = (caseId: string, body: Schemas["LegalMeasureInput"]) =>
  take(api.POST("/api/v1/cases/{id}/measures", { params: path(caseId), body, ...once(), signal: patience() }));

export const measures = async (state: string): Promise<LegalMeasure[]> =>
  (await take(api.GET("/api/v1/measures", { params: query({ state, limit: PAGE }), signal: patience() }))).measures ?? [];

export const oneMeasure = (id: string) => take(api.GET("/api/v1/measures/{id}", { params: path(id), signal: patience() }));

export const stepMeasure = (id: string, body: Schemas["MeasureStepInput"]) =>
  take(api.POST("/api/v1/measures/{id}/steps", { params: path(id), body, ...once(), signal: patience() }));

export const petitions = async (state: string) =>
  (await take(api.GET("/api/v1/petitions", { params: query({ state, limit: PAGE }), signal: patience() }))).petitions ?? [];

export const onePetition = (id: string) => take(api.GET("/api/v1/petitions/{id}", { params: path(id), signal: patience() }));

export const evidence = (id: string) =>
  take(api.GET("/api/v1/petitions/{id}/evidence", { params: path(id), signal: patience() }));

export const petitionFile = (id: string, file: string) =>
  take(api.GET("/api/v1/petitions/{id}/files/{file}", { params: { path: { id, file } as never }, signal: patience() }));

export const docket = (id: string, number: string) =>
  take(api.POST("/api/v1/petitions/{id}/docket", { params: path(id), body: { docket: number }, ...once(), signal: patience() }));

export const interim = (id: string, body: Schemas["InterimInput"]) =>
  take(api.POST("/api/v1/petitions/{id}/interim", { params: path(id), body, ...once(), signal: patience() }));

export const decide = (id: string, body: Schemas["PetitionDecisionInput"]) =>
  take(api.POST("/api/v1/petitions/{id}/decision", { params: path(id), body, ...once(), signal: patience() }));

export const risk = (personId: string) =>
  take(api.GET("/api/v1/persons/{id}/risk", { params: path(personId), signal: patience() }));

export const statistics = (fromUs: string, toUs: string) =>
  take(api.GET("/api/v1/statistics", { params: query({ from_us: fromUs, to_us: toUs }), signal: patience() }));

// Who supervises how many now, and what that is held against. The window is of no matter to these numbers.
export async function caseloads() {
  const nowUs = serverNowMs() * 1000;
  const told = await statistics(String(Math.round(nowUs - 1_000_000)), String(Math.round(nowUs)));
  return {
    officers: (told.caseloads ?? []).map((one) => ({ officer: one.officer ?? "", agency: one.agency_id ?? "", wearers: Number(one.wearers ?? 0) })),
    guideline: Number(told.guideline_thousandths ?? 0) / 1000,
    average: Number(told.average_thousandths ?? 0) / 1000,
  };
}

export const assignSupervisor = (personId: string, officer: string, agencyId: string) =>
  take(api.PUT("/api/v1/persons/{id}/supervisor", {
    params: path(personId), body: officer ? { officer, agency_id: agencyId } : {}, signal: patience(),
  }));

export type Inquiry = Schemas["Inquiry"];
export type InquiryAnswer = Schemas["InquiryAnswer"];
export type PictureRequest = Schemas["PictureRequest"];
export type PicturesAnswer = Schemas["PicturesAnswer"];
export type ProvisionRecord = Schemas["ProvisionRecord"];
export type TrackPoint = Schemas["PlaybackPoint"];

export const uses = () => take(api.GET("/api/v1/law/uses", { params: query({}), signal: patience() }));

export const inquiries = async (caseId = ""): Promise<Inquiry[]> =>
  (await take(api.GET("/api/v1/inquiries", { params: query({ limit: PAGE, ...(caseId ? { case_id: caseId } : {}) }), signal: patience() }))).inquiries ?? [];

export const oneInquiry = (id: string) => take(api.GET("/api/v1/inquiries/{id}", { params: path(id), signal: patience() }));

export const inquire = (caseId: string, body: Schemas["InquiryInput"]) =>
  take(api.POST("/api/v1/cases/{id}/inquiries", { params: path(caseId), body, ...once(), signal: patience() }));

export const confirmInquiry = (id: string, confirmed: boolean) =>
  take(api.POST("/api/v1/inquiries/{id}/confirmation", { params: path(id), body: { confirmed }, ...once(), signal: patience() }));

export const decideInquiry = (id: string, body: Schemas["InquiryDecisionInput"]) =>
  take(api.POST("/api/v1/inquiries/{id}/decision", { params: path(id), body, ...once(), signal: patience() }));

export const destroyed = (id: string, proof: string) =>
  take(api.POST("/api/v1/inquiries/{id}/destroyed", { params: path(id), body: { proof }, ...once(), signal: patience() }));

// One page of a span: a page may be empty and not be the last.
export const permittedTrack = (id: string, fromUs: string, toUs: string, after: string) =>
  take(api.GET("/api/v1/inquiries/{id}/track", {
    params: { path: { id } as never, query: { from_us: fromUs, to_us: toUs, ...(after ? { after } : {}) } as never }, signal: patience(),
  }));

export const pictureRequests = async (): Promise<PictureRequest[]> =>
  (await take(api.GET("/api/v1/pictures", { params: query({ limit: PAGE }), signal: patience() }))).requests ?? [];

export const onePictureRequest = (id: string) => take(api.GET("/api/v1/pictures/{id}", { params: path(id), signal: patience() }));

export const askPictures = (body: Schemas["PicturesInput"]) =>
  take(api.POST("/api/v1/pictures", { body, ...once(), signal: patience() }));

export const picturesViewed = (id: string, fromUs: string, toUs: string) =>
  take(api.POST("/api/v1/pictures/{id}/viewed", { params: path(id), body: { from_us: fromUs, to_us: toUs }, ...once(), signal: patience() }));

export const pictureNotice = (id: string, channel: string) =>
  take(api.POST("/api/v1/pictures/{id}/notice", { params: path(id), body: { channel }, ...once(), signal: patience() }));

export const provisions = (personId: string) =>
  take(api.POST("/api/v1/persons/{id}/provisions", { params: path(personId), body: {}, ...once(), signal: patience() }));

// What became of a wish: done, or the reason why not.
export type Outcome<T> = { done: T } | { refused: ApiFailure };

export async function attempt<T>(wish: Promise<T>): Promise<Outcome<T>> {
  try {
    return { done: await wish };
  } catch (error) {
    return { refused: error instanceof ApiFailure ? error : new ApiFailure(0, "no_answer", String(error)) };
  }
}

// "MEASURE_STAGE_ACTIVE" -> "ACTIVE": the words are filed under the short name.
export const bare = (name: string | undefined, prefix: string): string => (name ?? "").replace(prefix, "") || "UNSPECIFIED";
