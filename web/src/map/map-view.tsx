// The map as a React component: one tab stop, arrow keys move, + and - zoom. Load it with React.lazy; the WebGL engine is
// a further part that comes only where it is used.
import { type CSSProperties, type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Watermark } from "../kit/watermark";
import { addWords } from "../kit/words";
import { MapPanel } from "./map-panel";
import { Scene, type SceneState } from "./scene";
import type { MapHandle, MapProps } from "./types";
import en from "./words/en.json";
import ko from "./words/ko.json";
import "./map.css";

addWords("map", { ko, en });

export function MapView({ ref, ...props }: MapProps & { ref?: Ref<MapHandle> }): ReactNode {
  const { t, i18n } = useTranslation("map");
  const root = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const scene = useRef<Scene | null>(null);
  const [state, setState] = useState<SceneState | null>(null);
  const [shown, setShown] = useState({ persons: true, units: true });

  useEffect(() => {
    if (!root.current || !stage.current) return undefined;
    const made = new Scene(root.current, stage.current, props, setState);
    scene.current = made;
    setState(made.state);
    return () => {
      made.dispose();
      scene.current = null;
    };
    // The first props only: later ones are handed over below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEffect(() => {
    scene.current?.update(props, {
      letters: [t("letter.0"), t("letter.1"), t("letter.2"), t("letter.3")],
      language: i18n.language === "en" ? "en" : "ko",
    });
  });

  useImperativeHandle(
    ref,
    () => ({
      flyTo: (place, zoom) => scene.current?.flyTo(place, zoom),
      fit: (points) => scene.current?.fit(points),
      draw: (kind) => scene.current?.startDrawing(kind) ?? Promise.resolve(null),
      stats: () => scene.current?.stats() ?? { engine: "canvas", draws: 0, lastDrawMs: 0, drawLatencyMs: [] },
    }),
    [],
  );

  const show = (to: typeof shown): void => {
    setShown(to);
    scene.current?.setShown(to);
  };
  return (
    <div
      ref={root}
      className={props.simple ? "mapview mapview-simple" : "mapview"}
      role="application"
      tabIndex={0}
      aria-label={props.label}
      aria-roledescription={t("role")}
      aria-description={state?.drawing ? t("draw.keys") : t("keys")}
    >
      <div ref={stage} className="mapview-stage" />
      {props.viewer && <Watermark name={props.viewer} />}
      {state && <Bars state={state} scene={scene.current} simple={props.simple === true} />}
      {state?.drawing && <DrawBar drawing={state.drawing} command={(what) => scene.current?.drawingCommand(what)} />}
      <div className="mapview-buttons">
        <button type="button" onClick={() => scene.current?.zoomBy(1)} aria-label={t("zoomIn")}>
          +
        </button>
        <button type="button" onClick={() => scene.current?.zoomBy(-1)} aria-label={t("zoomOut")}>
          −
        </button>
        {state?.userMoved && (props.fit?.length ?? 0) > 0 && (
          <button type="button" className="mapview-refit" onClick={() => scene.current?.refit()}>
            {t("refit")}
          </button>
        )}
      </div>
      {state && !props.simple && (
        <MapPanel
          state={state}
          shown={shown}
          onShown={show}
          onEngine={(name) => scene.current?.setEngine(name)}
          onBase={(id) => scene.current?.setBaseId(id)}
        />
      )}
      {state && <Foot state={state} simple={props.simple === true} />}
    </div>
  );
}

export default MapView;

function Bars({ state, scene, simple }: { state: SceneState; scene: Scene | null; simple: boolean }): ReactNode {
  const { t } = useTranslation("map");
  return (
    <div className="mapview-bars">
      {state.delayS !== null && (
        <div className="mapview-bar mapview-bar-delay" role="alert">
          {t("delayed", { seconds: state.delayS })}
        </div>
      )}
      {state.notice && (
        <div className="mapview-bar" role="status">
          {t(`notice.${state.notice}`)}
          <button type="button" onClick={() => scene?.dismissNotice()}>
            {t("close")}
          </button>
        </div>
      )}
      {state.centre && (
        <div className="mapview-bar mapview-bar-street">
          <strong>{t("street.noDetail")}</strong>
          {!simple && <span>{t("street.ask")}</span>}
          {state.graticuleM > 0 && <span>{t("street.grid", { metres: state.graticuleM })}</span>}
          {!simple && <span>{state.centre.name ?? t("street.outside")}</span>}
          {!simple && (
            <span className="mapview-numbers">
              {state.centre.lat.toFixed(4)}, {state.centre.lng.toFixed(4)}
            </span>
          )}
        </div>
      )}
    </div>
  );
}

function DrawBar({
  drawing,
  command,
}: {
  drawing: NonNullable<SceneState["drawing"]>;
  command: (what: "finish" | "undo" | "giveUp") => void;
}): ReactNode {
  const { t } = useTranslation("map");
  return (
    <div className="mapview-draw" role="toolbar" aria-label={t(`draw.${drawing.kind}`)}>
      <span role="status">
        {t(`draw.${drawing.kind}`)} · {t("draw.corners", { n: drawing.corners })}
      </span>
      <span className="mapview-hint">{t("draw.hint")}</span>
      <button type="button" disabled={!drawing.complete} onClick={() => command("finish")}>
        {t("draw.finish")}
      </button>
      <button type="button" disabled={drawing.corners === 0} onClick={() => command("undo")}>
        {t("draw.undo")}
      </button>
      <button type="button" onClick={() => command("giveUp")}>
        {t("draw.giveUp")}
      </button>
    </div>
  );
}

function Foot({ state, simple }: { state: SceneState; simple: boolean }): ReactNode {
  const { t } = useTranslation("map");
  const { metres, px } = state.scale;
  const length = metres >= 1000 ? t("km", { n: metres / 1000 }) : t("m", { n: metres });
  const bar: CSSProperties = { width: `${px}px` };
  const source = state.builtin ? t(simple ? "boundaryShort" : "boundary") : state.attribution;
  return (
    <div className="mapview-foot">
      <span className="mapview-attribution">{source}</span>
      <span className="mapview-scale" style={bar} role="img" aria-label={t("scale", { length })}>
        {length}
      </span>
    </div>
  );
}
