// One person (or unit): id, where and how old, how exact, by what; battery; the name only on demand, because
// reading it is recorded.
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { Age } from "../kit/chrome";
import { distance, speed, wind } from "../kit/format";
import { patience, take, useLoaded } from "../kit/load";
import { useLive, useNow } from "../kit/surface";
import { useDesk } from "./desk";
import { useHeldBack } from "./hooks";
import { Fact, Facts, LoadedView } from "./parts";

const NAME_SHOWN_MS = 60_000;
const SOURCE_NAMES = ["", "GNSS", "WIFI", "CELL", "BEACON"];

export function PersonCard({ personId, role }: { personId: string; role: "wearer" | "protected" | "unit" }) {
  const { t } = useTranslation();
  const { picture } = useLive();
  const desk = useDesk();
  useNow(1000);
  const track = picture.tracks.track(personId);
  return (
    <section className="person" data-person={personId}>
      <h3>
        <span aria-hidden="true">{role === "protected" ? "◇" : role === "unit" ? "▷" : "○"}</span>{" "}
        {t(`person.${role}`)} <span className="number">{personId}</span>
        <button
          type="button"
          className="button small"
          disabled={!track}
          onClick={() => track && desk.map?.flyTo({ lat: track.lat, lng: track.lng }, 15)}
        >
          {t("person.show")}
        </button>
      </h3>
      {!track && <p className="quiet">{t("person.no_place")}</p>}
      {track && (
        <Facts>
          <Fact name={t("person.fixed")}>
            <Age atMs={track.fixedAtMs} staleAfterS={track.staleAfterS} />
            {track.stored && <span className="quiet"> {t("person.stored")}</span>}
            {track.mocked && <span className="problem"> {t("person.mocked")}</span>}
          </Fact>
          <Fact name={t("person.source")}>
            {SOURCE_NAMES[track.source]
              ? t(`kit:source.${SOURCE_NAMES[track.source]}`)
              : t("person.source_unsaid")}{" "}
            {track.accuracyM > 0
              ? t("proximity.error", { d: distance(track.accuracyM) })
              : t("person.accuracy_unsaid")}
          </Fact>
          <Fact name={t("person.moving")}>
            {track.speedMps === null ? t("person.speed_unsaid") : speed(track.speedMps)}
            {track.speedMps !== null && track.courseDeg !== null && ` · ${wind(track.courseDeg)}`}
          </Fact>
          <Fact name={t("person.heard")}>
            <Age atMs={track.heardAtMs} staleAfterS={track.staleAfterS} />
          </Fact>
          <Fact name={t("person.battery")}>
            {track.batteryPercent === null
              ? t("person.battery_unsaid")
              : t("device.percent", { n: track.batteryPercent })}
            {track.charging && ` · ${t("device.charging")}`}
          </Fact>
        </Facts>
      )}
      {role !== "unit" && <NameOnDemand key={personId} personId={personId} />}
    </section>
  );
}

function NameOnDemand({ personId }: { personId: string }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<"" | "name" | "phone">("");
  const heldBack = useHeldBack("see_record");
  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => setAsked(""), NAME_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [asked]);
  const query = asked === "phone" ? { show: asked } : {};
  const loaded = useLoaded(asked ? `person/${personId}/${asked}` : null, () =>
    take(api.GET("/api/v1/persons/{id}", { params: { path: { id: personId }, query }, signal: patience() })),
  );
  if (!asked) {
    return (
      <p>
        <button
          type="button"
          className="button small"
          disabled={heldBack !== null}
          title={heldBack ?? undefined}
          onClick={() => setAsked("name")}
        >
          {t("person.name_show")}
        </button>{" "}
        <small className="quiet">{heldBack ?? t("person.name_note")}</small>
      </p>
    );
  }
  return (
    <LoadedView what={t("person.record")} loaded={loaded}>
      {(answer) => (
        <Facts>
          <Fact name={t("person.name")}>{answer.record?.name || t("person.no_record")}</Fact>
          {answer.record?.phone && (
            <Fact name={t("person.phone")}>
              {answer.record.phone}{" "}
              {asked === "name" && (
                <button type="button" className="button small" onClick={() => setAsked("phone")}>
                  {t("person.phone_show")}
                </button>
              )}
            </Fact>
          )}
          {answer.record?.address && <Fact name={t("person.address")}>{answer.record.address}</Fact>}
          {answer.record?.language && <Fact name={t("person.language")}>{answer.record.language}</Fact>}
          {answer.record?.contact_rule && (
            <Fact name={t("person.contact_rule")}>{answer.record.contact_rule}</Fact>
          )}
          {answer.record?.note && <Fact name={t("person.note")}>{answer.record.note}</Fact>}
        </Facts>
      )}
    </LoadedView>
  );
}
