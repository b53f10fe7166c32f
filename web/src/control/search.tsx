// One line for everything: finds persons, devices, orders, units, calls, alerts and incidents; "go" moves the
// map to a place by name; an id with a letter does something.
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schemas } from "../kit/api";
import { patience, take, useLoaded } from "../kit/load";
import { useLive } from "../kit/surface";
import { start } from "./actions";
import { findAlert, read } from "./command";
import { useDesk } from "./desk";
import { bare, LoadedView } from "./parts";
import { compare, isOver } from "./queue-model";

type Hit = Schemas["SearchHit"];
const WAIT_MS = 180;
const LETTERS_MIN = 2; // fewer find everybody

interface PlaceLabel {
  ko: string;
  en: string;
  at: [number, number];
  level: number;
}
let labels: PlaceLabel[] | null = null;

async function places(): Promise<PlaceLabel[]> {
  labels ??= (await (await fetch("/map/labels.json")).json()) as PlaceLabel[];
  return labels;
}

// Titles of things are codes, those of persons and units are names.
function titleOf(t: (key: string, values?: Record<string, unknown>) => string, hit: Hit): string {
  const title = hit.title ?? "";
  if (hit.kind === "device") return t(`device.kind.${bare(title, "DEVICE_KIND_")}`, { defaultValue: title });
  if (hit.kind === "order") return t(`order_kind.${title}`, { defaultValue: title });
  if (hit.kind === "alert" || hit.kind === "call")
    return t(`kit:alert_kind.${bare(title, "ALERT_KIND_")}`, { defaultValue: title });
  return title;
}

export function Search() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { picture, who } = useLive();
  const dialog = useRef<HTMLDialogElement>(null);
  const listId = useId();
  const [line, setLine] = useState("");
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const typed = read(line);
  const close = () => desk.set({ search: false });
  useEffect(() => {
    if (dialog.current && !dialog.current.open) dialog.current.showModal();
  }, []);
  useEffect(() => {
    const text = typed.what === "search" || typed.what === "deed" ? typed.text : "";
    const timer = setTimeout(() => {
      setAsked(text);
      setAt(0);
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [line]);
  const loaded = useLoaded(asked.length >= LETTERS_MIN ? `search/${asked}` : null, () =>
    take(api.POST("/api/v1/search", { body: { text: asked }, signal: patience() })),
  );
  const hits = asked ? (loaded.data?.hits ?? []) : [];

  const go = async (text: string) => {
    const wanted = text.toLowerCase();
    const found = (await places().catch(() => [])).filter(
      (one) => one.ko.includes(text) || one.en.toLowerCase().includes(wanted),
    );
    const best = found.sort((a, b) => a.level - b.level || a.ko.length - b.ko.length)[0];
    if (best) {
      desk.set({ twin: false });
      desk.map?.flyTo({ lat: best.at[1], lng: best.at[0] }, best.level === 1 ? 9 : 11.5);
      close();
      return;
    }
    if (picture.tracks.rowOf(text) >= 0) choose({ kind: "person", id: text });
    else desk.say("refused", "search.no_place", { text });
  };
  const choose = (hit: Hit) => {
    close();
    const open = (incidentId: string | undefined) => {
      const of = [...picture.alerts.values()]
        .map((entry) => entry.alert)
        .filter((alert) => alert.incident_id === incidentId);
      const best = of.sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || compare(a, b))[0];
      if (best) desk.open(best.id ?? null);
      else desk.say("refused", "search.not_held", { id: hit.id ?? "" });
    };
    if (hit.kind === "alert") {
      if (picture.alerts.has(hit.id ?? "")) return desk.open(hit.id ?? null);
      if (hit.person_id) return desk.pick(hit.person_id);
      return desk.say("refused", "search.not_held", { id: hit.id ?? "" });
    }
    if (hit.kind === "incident") return open(hit.id);
    if (hit.kind === "call") return open(picture.calls.get(hit.id ?? "")?.incident_id);
    const id = hit.kind === "person" || hit.kind === "unit" ? hit.id : hit.person_id;
    if (!id) return desk.say("refused", "search.nothing_to_show", { id: hit.id ?? "" });
    desk.pick(id);
    const track = picture.tracks.track(id);
    if (track) desk.map?.flyTo({ lat: track.lat, lng: track.lng }, 14);
  };
  const submit = () => {
    if (typed.what === "go") return void go(typed.text);
    if (typed.what === "deed") {
      const id = findAlert(
        [...picture.alerts.values()]
          .filter((entry) => !isOver(entry.alert))
          .map((entry) => entry.alert.id ?? ""),
        typed.text,
      );
      const alert = id ? picture.alerts.get(id)?.alert : undefined;
      if (!alert) return desk.say("refused", "search.no_alert", { text: typed.text });
      close();
      desk.open(alert.id ?? null);
      return start(desk, alert, typed.deed, who.account ?? "");
    }
    const hit = hits[at];
    if (hit) choose(hit);
  };
  return (
    <dialog
      ref={dialog}
      className="dialog search"
      aria-label={t("search.title")}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <input
          autoFocus
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          autoComplete="off"
          aria-activedescendant={hits[at] ? `${listId}-${at}` : undefined}
          aria-label={t("search.title")}
          placeholder={t("search.placeholder")}
          value={line}
          onChange={(event) => setLine(event.target.value)}
          onKeyDown={(event) => {
            const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
            if (step === 0 || hits.length === 0) return;
            event.preventDefault();
            setAt((n) => (n + step + hits.length) % hits.length);
          }}
        />
      </form>
      <ul id={listId} role="listbox" aria-label={t("search.hits")}>
        {hits.map((hit, i) => (
          <li
            key={`${hit.kind}/${hit.id}`}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={i === at}
            data-hit={hit.id}
            onClick={() => choose(hit)}
            onPointerMove={() => setAt(i)}
          >
            <span className="chip">{t(`search.kind.${hit.kind}`, { defaultValue: hit.kind ?? "" })}</span>
            <b className="number">{hit.id}</b>
            <span>{titleOf(t, hit)}</span>
            {hit.person_id && hit.person_id !== hit.id && <span className="quiet">{hit.person_id}</span>}
          </li>
        ))}
      </ul>
      {asked && (
        <LoadedView what={t("search.hits")} loaded={loaded}>
          {(answer) => (
            <p className="quiet" role="status">
              {(answer.hits ?? []).length === 0
                ? t("search.none", { text: asked })
                : answer.more
                  ? t("search.more")
                  : t("search.found", { n: answer.hits?.length ?? 0 })}
            </p>
          )}
        </LoadedView>
      )}
      <p className="quiet">{t("search.help")}</p>
    </dialog>
  );
}
