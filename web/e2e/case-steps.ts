// A case brought forward by plain requests, each under the key of whoever does it, for tests that are about what comes after.
import { COURT, PROBATION, PROTECTED, type Surface, WEARER, type World } from "./world";

export const RECORD = "subject-77"; // the same man in the police register

export async function register(world: World): Promise<void> {
  await world.station();
  await world.put(`agencies/${COURT}`, { name: "남양주지원", desk: "DESK_BUILT_IN" });
  await world.person(WEARER, "ROLE_WEARER", { name: "김가해" });
  await world.person(RECORD, "ROLE_WEARER", { name: "김가해" });
  await world.person(PROTECTED, "ROLE_PROTECTED_PERSON", { name: "이보호" });
  await world.put("orders/worn", {
    kind: "EM_POST", legal_basis: "EM Act 5", wearer_id: WEARER, starts_at_us: String((Date.now() - 86_400_000) * 1000), time_zone: "Asia/Seoul",
  });
  await world.put(`persons/${WEARER}/supervisor`, { officer: `demo-probation-${PROBATION}`, agency_id: PROBATION });
  for (const id of [WEARER, RECORD]) {
    await world.put(`persons/${id}/identity`, { document_kind: "rrn", document_number: "850101-1234567", name: "김가해" });
  }
}

type Answer = Record<string, { id: string }>;

export async function post(world: World, who: Surface, path: string, body: unknown): Promise<Answer> {
  const key = await world.keyOf(who);
  const answer = await world.server.ask("POST", `/api/v1/${path}`, key, body, { "Idempotency-Key": crypto.randomUUID() });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Answer;
}

export async function openCase(world: World, number: string, kind = "CASE_KIND_STALKING"): Promise<string> {
  const made = await post(world, "cases", "cases", { kind, number, subject_id: RECORD, protected_ids: [PROTECTED] });
  return made["case_record"]?.id ?? "";
}

const step = (world: World, who: Surface, id: string, name: string, more: object = {}) =>
  post(world, who, `measures/${id}/steps`, { step: `CASE_STEP_${name}`, ...more });

// From the application to the device that reports: the ban and what measures it.
export async function untilActive(world: World, caseId: string): Promise<void> {
  for (const kind of ["ST_PROV_2", "ST_PROV_3_2"]) {
    const stated = { conditions: [{ id: "keep-away", keep_away: { protected_id: PROTECTED } }] };
    const made = await post(world, "cases", `cases/${caseId}/measures`, { kind, protected_id: PROTECTED, stated, apply: true });
    const id = made["measure"]?.id ?? "";
    await step(world, "cases", id, "PETITION", { court_id: COURT });
    await step(world, "court", id, "GRANT");
    if (kind === "ST_PROV_2") continue;
    await step(world, "cases", id, "SERVE");
    await step(world, "control", id, "FIT");
    await step(world, "control", id, "RECEIVE_VICTIM_DATA");
  }
}

// By the court; of what it may order already.
export async function orderInterim(world: World, petitionId: string): Promise<void> {
  const answer = (await world.get(`petitions/${petitionId}`, await world.keyOf("court"))) as { interim_kinds: { code: string; in_force_from?: string }[] };
  const today = new Date().toISOString().slice(0, 10);
  await post(world, "court", `petitions/${petitionId}/interim`, { kind: answer.interim_kinds.find((one) => (one.in_force_from ?? "") <= today)?.code });
}

export async function filePetition(world: World, caseId: string): Promise<string> {
  const mine = (await world.get("me/cases", await world.keyOf("me"))) as { cases: { id: string; petition_kinds: { code: string }[] }[] };
  const kind = mine.cases.find((one) => one.id === caseId)?.petition_kinds[0]?.code ?? "";
  const made = await post(world, "me", "petitions", { case_id: caseId, kinds: [kind], statement: "집 앞에서 기다립니다." });
  return made["petition"]?.id ?? "";
}
