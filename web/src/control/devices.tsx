// Health of a person's devices: battery, connection, when it was heard and what it said last.
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { Age } from "../kit/chrome";
import { distance } from "../kit/format";
import { patience, take, useLoaded } from "../kit/load";
import { useNow } from "../kit/surface";
import { bare, Fact, Facts, LoadedView } from "./parts";
import { LOW_BATTERY_PERCENT } from "./table-model";

export function Devices({ personIds }: { personIds: string[] }) {
  return personIds.map((id) => <OfPerson key={id} personId={id} />);
}

function OfPerson({ personId }: { personId: string }) {
  const { t } = useTranslation();
  useNow(5000);
  const loaded = useLoaded(
    `devices/${personId}`,
    () =>
      take(
        api.GET("/api/v1/devices", {
          params: { query: { person_id: personId } as never },
          signal: patience(),
        }),
      ),
    10_000,
  );
  const at = (us: string | undefined): number => Number(us ?? 0) / 1000;
  return (
    <LoadedView what={t("incident.section.devices")} loaded={loaded}>
      {(answer) =>
        (answer.devices ?? []).length === 0 ? (
          <p className="quiet">{t("device.none", { id: personId })}</p>
        ) : (
          <>
            {(answer.devices ?? []).map(({ device, health }) => (
              <article key={device?.id} className="device" data-device={device?.id}>
                <h4>
                  {t(`device.kind.${bare(device?.kind, "DEVICE_KIND_") || "UNSPECIFIED"}`)}{" "}
                  <span className="number">{device?.id}</span> <span className="quiet">{personId}</span>
                </h4>
                <Facts>
                  <Fact name={t("device.connection")}>
                    {at(health?.connection_changed_at_us) === 0 ? (
                      t("device.no_session")
                    ) : (
                      <span className={health?.connected ? undefined : "problem"}>
                        {health?.connected ? t("device.connected") : t("device.disconnected")}{" "}
                        <Age atMs={at(health?.connection_changed_at_us)} />
                      </span>
                    )}
                  </Fact>
                  <Fact name={t("device.heard")}>
                    {at(health?.heard_at_us) > 0 ? (
                      <Age atMs={at(health?.heard_at_us)} staleAfterS={(device?.interval_s || 15) * 3} />
                    ) : (
                      t("device.never")
                    )}
                  </Fact>
                  <Fact name={t("device.battery")}>
                    {health?.battery_percent === undefined || health.battery_percent === null ? (
                      t("person.battery_unsaid")
                    ) : (
                      <span className={health.battery_percent <= LOW_BATTERY_PERCENT ? "problem" : undefined}>
                        {t("device.percent", { n: health.battery_percent })}
                        {health.charging && ` · ${t("device.charging")}`}
                      </span>
                    )}
                  </Fact>
                  {at(health?.fixed_at_us) > 0 && (
                    <Fact name={t("person.fixed")}>
                      <Age atMs={at(health?.fixed_at_us)} />{" "}
                      {(health?.accuracy_mm ?? 0) > 0 &&
                        t("proximity.error", { d: distance((health?.accuracy_mm ?? 0) / 1000) })}
                    </Fact>
                  )}
                  {health?.last_event && health.last_event !== "DEVICE_EVENT_UNSPECIFIED" && (
                    <Fact name={t("device.last_event")}>
                      {t(`device.event.${bare(health.last_event, "DEVICE_EVENT_")}`)}{" "}
                      <Age atMs={at(health.last_event_at_us)} />
                    </Fact>
                  )}
                  {health?.phone && (
                    <Fact name={t("device.phone")}>
                      <span
                        className={
                          health.phone.location_off || health.phone.notifications_off ? "problem" : undefined
                        }
                      >
                        {health.phone.location_off ? t("device.location_off") : t("device.location_on")} ·{" "}
                        {health.phone.notifications_off
                          ? t("device.notifications_off")
                          : t("device.notifications_on")}
                      </span>
                    </Fact>
                  )}
                  {device?.retired && <Fact name={t("device.state")}>{t("device.retired")}</Fact>}
                </Facts>
              </article>
            ))}
          </>
        )
      }
    </LoadedView>
  );
}
