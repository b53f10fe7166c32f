// Measuring and drawing. The corners are drawn or typed; lengths, areas and bearings are the server's. A
// drawn zone is shown as GeoJSON and registered by whoever may register.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schemas } from "../kit/api";
import { Dialog } from "../kit/chrome";
import { distance, wind } from "../kit/format";
import { ApiFailure, patience, take } from "../kit/load";
import { cornersOf, geoJsonOf, placeOfLngLat } from "./areas";
import { useDesk } from "./desk";
import { useHeldBack } from "./hooks";

export interface Drawn {
  kind: "line" | "polygon";
  corners: [number, number][];
  label?: string;
  measured: Schemas["MeasureAnswer"] | null;
  failure: ApiFailure | null;
}

type Wish = "line" | "area" | "zone";

export function Tools({ drawn, onDrawn }: { drawn: Drawn | null; onDrawn: (drawn: Drawn | null) => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const [wish, setWish] = useState<Wish | null>(null);
  const [typing, setTyping] = useState(false);
  const [drawing, setDrawing] = useState(false);

  const measure = async (corners: [number, number][], kind: "line" | "polygon") => {
    const made: Drawn = { kind, corners, measured: null, failure: null };
    onDrawn(made);
    try {
      const measured = await take(
        api.POST("/api/v1/measure", {
          body: { points: corners.map(placeOfLngLat), closed: kind === "polygon" },
          signal: patience(),
        }),
      );
      const label =
        kind === "line"
          ? distance(Number(measured.length_mm ?? 0) / 1000)
          : areaText(t, Number(measured.area_m2 ?? 0));
      onDrawn({ ...made, measured, label });
    } catch (error) {
      onDrawn({ ...made, failure: error instanceof ApiFailure ? error : new ApiFailure(0, "", "") });
    }
  };
  const draw = async (what: Wish) => {
    setWish(what);
    setTyping(false);
    const kind = what === "line" ? "line" : "polygon";
    setDrawing(true);
    const corners = await (desk.map?.draw(kind) ?? Promise.resolve(null));
    setDrawing(false);
    if (corners && corners.length >= (kind === "line" ? 2 : 3)) await measure(corners, kind);
  };
  const clear = () => {
    onDrawn(null);
    setWish(null);
    setTyping(false);
  };
  return (
    <>
      {(["line", "area", "zone"] as const).map((what) => (
        <button
          key={what}
          type="button"
          className="button small"
          aria-pressed={wish === what}
          onClick={() => void draw(what)}
          disabled={drawing}
        >
          {t(`tools.${what}`)}
        </button>
      ))}
      <button
        type="button"
        className="button small"
        aria-pressed={typing}
        onClick={() => {
          setWish(wish ?? "line");
          setTyping(true);
        }}
      >
        {t("tools.type")}
      </button>
      {(wish || drawn) && !drawing && (typing || drawn) && (
        <div className="tool-card" role="region" aria-label={t("tools.title")}>
          {typing && (
            <Typed
              wish={wish ?? "line"}
              onWish={setWish}
              onCorners={(corners, what) => {
                setTyping(false);
                void measure(corners, what === "line" ? "line" : "polygon");
                desk.map?.fit(corners);
              }}
            />
          )}
          {drawn && <Measured drawn={drawn} />}
          {drawn && wish === "zone" && drawn.kind === "polygon" && <NewZone drawn={drawn} />}
          <button type="button" className="button small" onClick={clear}>
            {t("tools.clear")}
          </button>
        </div>
      )}
    </>
  );
}

type T = (key: string, values?: Record<string, unknown>) => string;

const areaText = (t: T, m2: number): string =>
  m2 < 100_000
    ? t("tools.m2", { n: Math.round(m2).toLocaleString() })
    : t("tools.km2", { n: (m2 / 1e6).toFixed(2) });

function Measured({ drawn }: { drawn: Drawn }) {
  const { t } = useTranslation();
  if (drawn.failure)
    return (
      <p className="problem">
        {t("tools.failed", { reason: drawn.failure.reason || t("contact.no_answer") })}
      </p>
    );
  if (!drawn.measured) return <p className="quiet">{t("state.loading", { what: t("tools.title") })}</p>;
  const { legs_mm: legs, length_mm: length, area_m2: area, bearing_deg: bearings } = drawn.measured;
  return (
    <div data-measured>
      <p>
        {t(drawn.kind === "line" ? "tools.length" : "tools.round")}{" "}
        <b className="number">{distance(Number(length ?? 0) / 1000)}</b>
        {drawn.kind === "polygon" && (
          <>
            {" "}
            · {t("tools.area_is")} <b className="number">{areaText(t, Number(area ?? 0))}</b>
          </>
        )}
      </p>
      <ol className="legs">
        {(legs ?? []).map((leg, i) => (
          <li key={i} className="number">
            {distance(Number(leg) / 1000)}
            {bearings?.[i] !== undefined && ` · ${wind(bearings[i])} ${bearings[i]}°`}
          </li>
        ))}
      </ol>
      <p className="quiet">{t("tools.by_server")}</p>
    </div>
  );
}

function Typed(props: {
  wish: Wish;
  onWish: (wish: Wish) => void;
  onCorners: (corners: [number, number][], wish: Wish) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const corners = cornersOf(text);
  const least = props.wish === "line" ? 2 : 3;
  const ready = corners !== null && corners.length >= least;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) props.onCorners(corners, props.wish);
      }}
    >
      <label>
        {t("tools.kind")}
        <select value={props.wish} onChange={(event) => props.onWish(event.target.value as Wish)}>
          {(["line", "area", "zone"] as const).map((what) => (
            <option key={what} value={what}>
              {t(`tools.${what}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("tools.corners")}
        <textarea
          rows={4}
          value={text}
          placeholder="37.6362, 127.2165"
          onChange={(event) => setText(event.target.value)}
          aria-invalid={corners === null}
        />
      </label>
      {corners === null && <p className="problem">{t("tools.corners_wrong")}</p>}
      <button type="submit" className="button small" disabled={!ready}>
        {t("tools.measure", { n: least })}
      </button>
    </form>
  );
}

function NewZone({ drawn }: { drawn: Drawn }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const [shown, setShown] = useState(false);
  const [id, setId] = useState("");
  const heldBack = useHeldBack("register");
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const json = JSON.stringify(geoJsonOf(drawn.corners), null, 1);
  const register = async () => {
    try {
      await take(
        api.PUT("/api/v1/zones/{id}", {
          params: { path: { id: id.trim() } },
          body: geoJsonOf(drawn.corners) as never,
          signal: patience(),
        }),
      );
      desk.say("done", "done.zone", { id: id.trim() });
      setFailure(null);
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, "", ""));
    }
  };
  return (
    <div className="new-zone">
      <label>
        {t("tools.zone_id")}
        <input
          value={id}
          maxLength={64}
          pattern="[A-Za-z0-9_.:\-]+"
          onChange={(event) => setId(event.target.value)}
        />
      </label>
      <button
        type="button"
        className="button small primary"
        disabled={heldBack !== null || !/^[A-Za-z0-9_.:-]{1,64}$/.test(id.trim())}
        onClick={() => void register()}
      >
        {t("tools.register")}
      </button>
      {heldBack && <p className="held-back">{heldBack}</p>}
      {failure && (
        <p className="problem">{t("tools.failed", { reason: failure.reason || t("contact.no_answer") })}</p>
      )}
      <button type="button" className="button small" onClick={() => setShown(true)}>
        {t("tools.geojson")}
      </button>
      {shown && (
        <Dialog title={t("tools.geojson")} onClose={() => setShown(false)}>
          <textarea
            className="geojson"
            readOnly
            rows={14}
            value={json}
            aria-label={t("tools.geojson")}
            onFocus={(event) => event.target.select()}
          />
        </Dialog>
      )}
    </div>
  );
}
