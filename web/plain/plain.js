// The plain page: what /live says, as it says it. No build step, no library. Ages are measured by the server's clock,
// taken from its heartbeats, so a wrong clock here cannot make an old position look new.
"use strict";

const WORDS = {
  ko: {
    title: "실시간 현황", key: "접속 키", connect: "접속", alerts: "경보", calls: "112 사건", incidents: "사안",
    positions: "위치", log: "진행 기록", no_alerts: "현재 열린 경보가 없습니다.", other: "English",
    waiting: "접속 중…", open: "연결됨", closed: "연결 끊김", refused: "접속이 거부되었습니다. 키를 확인하십시오.",
    dead: "연결이 끊겼습니다. 아래 내용은 지금 상황이 아닙니다.", entry: "기록", lag: "지연", stale: "오래됨",
    place: "위치 있음", since: "초 전", code: "코드", unit: "출동", none: "배정 없음", revoked: "열람 권한 종료",
  },
  en: {
    title: "live", key: "Access key", connect: "Connect", alerts: "Alerts", calls: "Calls for service",
    incidents: "Incidents", positions: "Positions", log: "What happened", no_alerts: "No alert is open now.",
    other: "한국어", waiting: "Connecting…", open: "Connected", closed: "Disconnected",
    refused: "Access was refused. Check the key.", dead: "The line is down. What you see is not the present.",
    entry: "entry", lag: "lag", stale: "STALE", place: "place known", since: "s ago", code: "code", unit: "unit",
    none: "nobody assigned", revoked: "access ended",
  },
};
const KINDS = {
  KEEP_AWAY: ["접근 금지 위반", "Keep-away violated"], NEAR_MAP: ["근접 (지도 거리)", "Near (map distance)"],
  NEAR_POLICE: ["근접 (경찰 통보)", "Near (police distance)"], NEAR_WARN: ["근접 경고", "Nearing"],
  EXCLUSION: ["출입 금지 구역", "Exclusion zone"], EXCLUSION_BUFFER: ["금지 구역 완충지대", "Exclusion buffer"],
  EXCLUSION_POLICE: ["금지 구역 인근", "Near a barred place"], INCLUSION: ["허용 구역 이탈", "Left inclusion zone"],
  CURFEW: ["외출 제한 위반", "Curfew"], STRAP_CUT: ["장치 절단", "Strap cut"], CASE_OPENED: ["장치 개봉", "Case opened"],
  JAMMED: ["전파 방해", "Jammed"], POWER_OFF: ["전원 꺼짐", "Power off"], UNPAIRED: ["장치 분리", "Unpaired"],
  SOS: ["긴급 신고", "SOS"], SILENCE: ["신호 없음", "Silence"], PROTECTED_SILENCE: ["피해자 장치 신호 없음", "Her device is silent"],
  LOW_BATTERY: ["배터리 부족", "Low battery"],
};
const STATES = {
  ACTIVE: ["진행 중", "active"], UNKNOWN: ["확인 불가", "unknown"], CLEARED: ["해소", "cleared"],
  OPEN: ["접수", "open"], DISPATCHED: ["지령", "dispatched"], EN_ROUTE: ["출동 중", "en route"],
  ON_SCENE: ["현장 도착", "on scene"], CLOSED: ["종결", "closed"], ASSIGNED: ["배정", "assigned"],
  ACKNOWLEDGED: ["수신 확인", "acknowledged"], SENT: ["전송", "sent"], RECEIVED: ["수신", "received"],
  ACCEPTED: ["수락", "accepted"], REJECTED: ["거부", "rejected"], CANCELLED: ["취소", "cancelled"],
  NEW: ["미확인", "new"], IN_PROGRESS: ["조치 중", "in progress"], SHELVED: ["보류", "shelved"],
  RESOLVED: ["처리됨", "resolved"],
};
const HOPS = {
  received: ["수신", "received"], durable: ["기록", "recorded"], judged: ["판단", "judged"], arrived: ["이 화면", "this screen"],
  handed_off: ["112 전달", "handed off"], accepted: ["112 수락", "accepted"], assigned: ["배정", "assigned"],
  on_scene: ["도착", "on scene"], shown_control: ["관제 표시", "shown: control"],
  shown_dispatch: ["112 표시", "shown: dispatch"], shown_field: ["현장 표시", "shown: field"],
  shown_protected: ["피해자 표시", "shown: protected"],
};
const LOG_MAX = 200;

let language = navigator.language.startsWith("ko") ? "ko" : "en";
let key = "", socket = null, epoch = "", cursor = "", refusals = 0, retry = 500;
let clockOffsetUs = 0, lastHeard = 0, lag = null, state = "closed", painting = false;
const alerts = new Map(), calls = new Map(), incidents = new Map(), positions = new Map(), handOffs = new Map();
const hops = new Map();  // alert id -> Map of hop -> microseconds
const log = [];

const byId = (id) => document.getElementById(id);
const word = (name) => WORDS[language][name] || name;
const pick = (table, name) => (table[name] ? table[name][language === "ko" ? 0 : 1] : name);
const bare = (value, prefix) => (value || "").replace(prefix, "");
const nowUs = () => Date.now() * 1000 + clockOffsetUs;
const time = (us) => new Date(us / 1000).toLocaleTimeString(language === "ko" ? "ko-KR" : "en-GB", { hour12: false });

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function note(text) {
  log.unshift(time(nowUs()) + "  " + text);
  if (log.length > LOG_MAX) log.pop();
}

function hop(alertId, name, us) {
  if (!us) return;
  if (!hops.has(alertId)) hops.set(alertId, new Map());
  if (!hops.get(alertId).has(name)) hops.get(alertId).set(name, Number(us));
}

function fixUs(alert) { return Number(alert.happened_at_us || alert.opened_at_us || 0); }

function takeLedger(alertId, ledger) {
  for (const name of Object.keys(HOPS)) hop(alertId, name, ledger[name + "_at_us"]);
}

function takeAlert(alert, message) {
  const known = alerts.get(alert.id);
  alerts.set(alert.id, alert);
  hop(alert.id, "received", alert.received_at_us);
  hop(alert.id, "durable", message.durable_at_us);
  hop(alert.id, "judged", message.judged_at_us);
  if (message.durable_at_us) hop(alert.id, "arrived", nowUs());
  if (!known) {
    socket.send(JSON.stringify({ shown: { alert_id: alert.id } }));
    note(alertText(alert));
  } else if (known.state !== alert.state) {
    note(alertText(alert));
  }
}

function alertText(alert) {
  return pick(KINDS, bare(alert.kind, "ALERT_KIND_")) + " " + (alert.wearer_id || "") +
    (alert.protected_id ? " → " + alert.protected_id : "") + " · " + pick(STATES, bare(alert.state, "ALERT_STATE_"));
}

function alertsOf(incidentId) { return [...alerts.values()].filter((alert) => alert.incident_id === incidentId); }

function takeHandOff(handOff) {
  handOffs.set(handOff.id, handOff);
  note("112 " + handOff.agency_id + " · " + pick(STATES, bare(handOff.state, "HAND_OFF_STATE_")));
  if (handOff.informative) return;
  for (const alert of alertsOf(handOff.incident_id)) {
    hop(alert.id, "handed_off", Number(handOff.received_at_us || 0));
    hop(alert.id, "accepted", Number(handOff.accepted_at_us || 0));
    hop(alert.id, "assigned", Number(handOff.assigned_at_us || 0));
    hop(alert.id, "on_scene", Number(handOff.on_scene_at_us || 0));
  }
}

function takeCall(call) {
  calls.set(call.id, call);
  note(word("calls") + " " + call.id + " · " + pick(STATES, bare(call.state, "CALL_STATE_")));
}

function takeSnapshot(snapshot, message) {
  for (const map of [alerts, calls, incidents, handOffs, positions]) map.clear();
  for (const record of snapshot.alerts) {
    takeLedger(record.alert.id, record.ledger || {});
    takeAlert(record.alert, message);
  }
  snapshot.incidents.forEach((incident) => incidents.set(incident.id, incident));
  snapshot.calls.forEach((call) => calls.set(call.id, call));
  snapshot.hand_offs.forEach((handOff) => handOffs.set(handOff.id, handOff));
}

function takeHop(observed) {
  const name = bare(observed.hop, "HOP_").toLowerCase();
  hop(observed.alert_id, name, Number(observed.at_us));
  note(pick(HOPS, name) + " · " + observed.alert_id + (observed.who ? " · " + observed.who : ""));
}

function receive(message) {
  lastHeard = performance.now();
  const server = (message.hello || message.heartbeat || {}).server_time_us;
  if (server) clockOffsetUs = server - Date.now() * 1000;
  if (message.cursor) cursor = message.cursor;
  if (message.durable_at_us) lag = (nowUs() - message.at_us) / 1000;
  if (message.hello) { epoch = message.hello.epoch; retry = 500; }
  if (message.snapshot) takeSnapshot(message.snapshot, message);
  if (message.alert) takeAlert(message.alert, message);
  if (message.incident) incidents.set(message.incident.id, message.incident);
  if (message.call) takeCall(message.call);
  if (message.hand_off) takeHandOff(message.hand_off);
  if (message.hop) takeHop(message.hop);
  if (message.alarm) note(bare(message.alarm.kind, "ALARM_KIND_") + " · " + (message.alarm.agency_id || ""));
  if (message.revoked) {
    positions.delete(message.revoked.person_id);
    if (message.revoked.kind === "call") calls.delete(message.revoked.id);
    note(word("revoked") + " · " + message.revoked.kind + " " + message.revoked.id);
  }
  for (const position of message.positions || []) positions.set(position.person_id || position.unit_id, position);
  forgetEnded();
  paintSoon();
}

function forgetEnded() {
  for (const [id, incident] of incidents) if (Number(incident.closed_at_us || 0)) incidents.delete(id);
  while (alerts.size > 500) {
    const id = alerts.keys().next().value;
    alerts.delete(id);
    hops.delete(id);
  }
}

function open() {
  state = "waiting";
  const resume = cursor ? "&resume=" + encodeURIComponent(epoch + ":" + cursor) : "";
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  let opened = false;
  socket = new WebSocket(scheme + "//" + location.host + "/live?topics=alerts,positions,calls,views" + resume,
    ["haechi.v1", "key." + key]);
  socket.onopen = () => { opened = true; refusals = 0; state = "open"; lastHeard = performance.now(); paintSoon(); };
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  socket.onclose = (event) => {
    state = event.code === 1008 || (!opened && ++refusals >= 3) ? "refused" : "closed";
    byId("enter").hidden = state !== "refused";
    if (state === "closed") setTimeout(open, retry * (0.5 + Math.random()));
    retry = Math.min(retry * 2, 10000);
    paintSoon();
  };
  paintSoon();
}

function paintSoon() {
  if (painting) return;
  painting = true;
  requestAnimationFrame(() => { painting = false; paint(); });
}

function hopLine(alert) {
  const line = element("div", undefined, "hops");
  const known = hops.get(alert.id) || new Map();
  for (const name of Object.keys(HOPS)) {
    if (!known.has(name)) continue;
    const item = element("span", pick(HOPS, name) + " ");
    item.append(element("b", "+" + Math.max(0, Math.round((known.get(name) - fixUs(alert)) / 1000)) + " ms"));
    line.append(item);
  }
  return line;
}

function alertItem(alert) {
  const ended = alert.state === "ALERT_STATE_CLEARED";
  const unknown = alert.state === "ALERT_STATE_UNKNOWN";
  const item = element("li", undefined, "code" + (alert.code || 0) + (ended ? " ended" : "") + (unknown ? " unknown" : ""));
  item.append(element("p", word("code") + " " + (alert.code || 0) + " · " + alertText(alert), "what"));
  const sentence = language === "ko" ? alert.sentence_ko : alert.sentence_en;
  if (sentence) item.append(element("p", sentence));
  item.append(element("p", time(fixUs(alert)) + " · " + alert.id + " · " +
    pick(STATES, bare(alert.handling, "ALERT_HANDLING_")), "quiet"));
  item.append(hopLine(alert));
  return item;
}

function callItem(call) {
  const item = element("li", undefined, "code" + (call.code || 0) + (call.state === "CALL_STATE_CLOSED" ? " ended" : ""));
  item.append(element("p", call.id + " · " + pick(STATES, bare(call.state, "CALL_STATE_")) + " · " + call.agency_id, "what"));
  const units = (call.assignments || []).map((one) => one.unit_id + " " + pick(STATES, bare(one.status, "UNIT_STATUS_")));
  item.append(element("p", units.length ? word("unit") + ": " + units.join(", ") : word("none")));
  return item;
}

function positionRow([id, position]) {
  const row = element("tr");
  const age = Math.max(0, Math.round((nowUs() - Number(position.fix.fixed_at_us)) / 1e6));
  const stale = age > (position.stale_after_s || 45);
  row.append(element("td", id));
  row.append(element("td", age + " " + word("since") + (stale ? " · " + word("stale") : ""), stale ? "stale" : ""));
  row.append(element("td", "±" + Math.round((position.fix.accuracy_mm || 0) / 1000) + " m"));
  return row;
}

function paint() {
  const silent = state === "open" && performance.now() - lastHeard > 10000;
  const broken = key !== "" && (silent || state === "closed" || state === "refused");
  byId("dead").hidden = !broken;
  byId("dead").textContent = state === "refused" ? word("refused") : word("dead");
  byId("line").textContent = word(silent ? "closed" : state) +
    (cursor ? " · " + word("entry") + " " + cursor.split(".")[0] : "") +
    (lag !== null ? " · " + word("lag") + " " + Math.max(0, Math.round(lag)) + " ms" : "");
  const order = [...alerts.values()].sort((a, b) =>
    (a.state === "ALERT_STATE_CLEARED") - (b.state === "ALERT_STATE_CLEARED") ||
    (a.code || 0) - (b.code || 0) || Number(b.opened_at_us || 0) - Number(a.opened_at_us || 0));
  byId("alerts").replaceChildren(...order.slice(0, 100).map(alertItem));
  byId("no-alerts").hidden = order.length > 0;
  const running = [...calls.values()].reverse();
  byId("calls").replaceChildren(...running.slice(0, 50).map(callItem));
  byId("incidents").replaceChildren(...[...incidents.values()].slice(0, 50).map((incident) =>
    element("li", incident.id + " · " + incident.wearer_id + " · " + (incident.alert_ids || []).length + " " + word("alerts"),
      "code" + (incident.code || 0))));
  byId("positions").replaceChildren(...[...positions].slice(0, 200).map(positionRow));
  byId("log").replaceChildren(...log.map((line) => element("li", line)));
  byId("n-alerts").textContent = order.filter((alert) => alert.state !== "ALERT_STATE_CLEARED").length;
  byId("n-calls").textContent = running.filter((call) => call.state !== "CALL_STATE_CLOSED").length;
  byId("n-incidents").textContent = incidents.size;
  byId("n-positions").textContent = positions.size;
}

function speak() {
  document.documentElement.lang = language;
  for (const spot of document.querySelectorAll("[data-text]")) spot.textContent = word(spot.dataset.text);
  byId("language").textContent = word("other");
  paint();
}

byId("language").onclick = () => { language = language === "ko" ? "en" : "ko"; speak(); };
byId("enter").onsubmit = (event) => {
  event.preventDefault();
  key = byId("key").value.trim();
  byId("key").value = "";
  byId("enter").hidden = true;
  refusals = 0;
  open();
};
// A key after '#' never reaches a server's log; it is taken out of the address bar at once.
const fragment = new URLSearchParams(location.hash.slice(1)).get("key");
if (fragment) {
  key = fragment;
  history.replaceState(null, "", location.pathname + location.search);
  byId("enter").hidden = true;
  open();
}
speak();
setInterval(paint, 1000);
