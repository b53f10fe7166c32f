// Who was spoken to because of this incident, or tried.
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { clockTime } from "../kit/format";
import { patience, take, useLoaded } from "../kit/load";
import { useDesk, useDeskState } from "./desk";
import { useHeldBack } from "./hooks";
import { Key, LoadedView } from "./parts";

export function Contacts({ incidentId }: { incidentId: string }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { dialog } = useDeskState();
  const heldBack = useHeldBack("log_contact");
  const loaded = useLoaded(
    incidentId ? `contacts/${incidentId}` : null,
    () =>
      take(
        api.GET("/api/v1/incidents/{id}/contacts", {
          params: { path: { id: incidentId } },
          signal: patience(),
        }),
      ),
    15_000,
  );
  const { reload } = loaded;
  useEffect(() => {
    if (dialog === null) reload();
  }, [dialog, reload]);
  return (
    <>
      <button
        type="button"
        className="button small"
        disabled={heldBack !== null}
        title={heldBack ?? undefined}
        onClick={() => desk.set({ dialog: { kind: "contact", incidentId, preset: {} } })}
      >
        {t("contact.new")} <Key command="note" />
      </button>
      <LoadedView what={t("incident.section.contacts")} loaded={loaded}>
        {(answer) =>
          (answer.contacts ?? []).length === 0 ? (
            <p className="quiet">{t("contact.none")}</p>
          ) : (
            <ul className="contacts">
              {[...(answer.contacts ?? [])].reverse().map((one) => (
                <li key={one.id}>
                  <span className="number">{clockTime(Number(one.at_us ?? 0) / 1000)}</span>
                  <span>
                    {t(`contact.with.${one.with}`)} · {t(`contact.channel.${one.channel}`)} ·{" "}
                    <b>{t(`contact.outcome.${one.outcome}`)}</b>
                    {one.note && <em>{one.note}</em>}
                  </span>
                  <span className="quiet">{one.by}</span>
                </li>
              ))}
            </ul>
          )
        }
      </LoadedView>
    </>
  );
}
