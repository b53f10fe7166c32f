// Under which order this is done and until when. An order that ends soon says so.
import { useTranslation } from "react-i18next";
import { type Alert, api } from "../kit/api";
import { serverNowMs } from "../kit/clock";
import { dateTime, distance } from "../kit/format";
import { patience, take, useLoaded } from "../kit/load";
import { addressOf } from "../legal/where";
import { type Order, orderInForce, radiiOf } from "./areas";
import { Fact, Facts, LoadedView } from "./parts";

const SOON_MS = 7 * 86_400_000;

export function useOrders(personId: string | null) {
  return useLoaded(personId ? `orders/${personId}` : null, async () => {
    const answer = await take(
      api.GET("/api/v1/orders", {
        params: { query: { person_id: personId ?? "", limit: "100" } as never },
        signal: patience(),
      }),
    );
    return answer.orders ?? [];
  });
}

export function Legal({ alert, personId }: { alert?: Alert; personId?: string }) {
  const { t } = useTranslation();
  const who = alert?.wearer_id || personId || null;
  const loaded = useOrders(who);
  return (
    <section>
      <h3>
        {t("legal.title")}
        {who && (
          <a className="button small" href={addressOf("person", who)}>
            {t("legal.page")}
          </a>
        )}
      </h3>
      <LoadedView what={t("legal.title")} loaded={loaded}>
        {(orders) => {
          const chosen = alert?.order_id ? orders.filter((order) => order.id === alert.order_id) : orders;
          if (chosen.length === 0) return <p className="quiet">{t("legal.none")}</p>;
          return (
            <>
              {chosen.map((order) => (
                <OneOrder key={order.id} order={order} conditionId={alert?.condition_id} />
              ))}
            </>
          );
        }}
      </LoadedView>
    </section>
  );
}

function OneOrder({ order, conditionId }: { order: Order; conditionId?: string }) {
  const { t } = useTranslation();
  const now = serverNowMs();
  const endsMs = Number(order.ends_at_us ?? 0) / 1000;
  const inForce = orderInForce(order, now);
  return (
    <Facts>
      <Fact name={t("legal.order")}>
        {order.id} <span className="quiet">{t("legal.version", { n: order.version ?? 1 })}</span>{" "}
        {order.kind && t(`order_kind.${order.kind}`, { defaultValue: order.kind })}
      </Fact>
      <Fact name={t("legal.basis")}>{order.legal_basis || t("legal.no_basis")}</Fact>
      <Fact name={t("legal.until")}>
        {endsMs > 0 ? dateTime(endsMs) : t("legal.open_ended")}
        {!inForce && (
          <b className="problem"> {order.withdrawn ? t("legal.withdrawn") : t("legal.not_in_force")}</b>
        )}
        {inForce && endsMs > 0 && endsMs - now < SOON_MS && (
          <b className="problem"> {t("legal.soon", { n: Math.ceil((endsMs - now) / 86_400_000) })}</b>
        )}
      </Fact>
      {(order.conditions ?? [])
        .filter((one) => !conditionId || one.id === conditionId)
        .map((one) => {
          const keep = one.keep_away;
          if (keep) {
            const r = radiiOf(keep);
            return (
              <Fact key={one.id} name={t("legal.keep_away")}>
                {keep.protected_id} ·{" "}
                {t("legal.radii", {
                  ban: distance(r.banM),
                  map: distance(r.mapM),
                  police: distance(r.policeM),
                  warn: distance(r.warnM),
                })}
              </Fact>
            );
          }
          const zoned = one.exclusion ?? one.inclusion;
          return (
            <Fact key={one.id} name={t(one.exclusion ? "legal.exclusion" : "legal.inclusion")}>
              {zoned?.zone_id} {(zoned?.schedule?.windows?.length ?? 0) > 0 && t("legal.scheduled")}
            </Fact>
          );
        })}
    </Facts>
  );
}
