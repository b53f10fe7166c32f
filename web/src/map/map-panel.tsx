// What is shown, with which base and by which engine; and what the shapes mean.
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type EngineName, isSoftware } from "./choice";
import type { BaseMap } from "./config";
import type { Shown } from "./plan";
import type { SceneState } from "./scene";

interface PanelProps {
  state: SceneState;
  shown: Shown;
  onShown: (shown: Shown) => void;
  onEngine: (name: EngineName) => void;
  onBase: (id: string) => void;
}

export function MapPanel(props: PanelProps): ReactNode {
  const { t } = useTranslation("map");
  const [open, setOpen] = useState(false);
  const [legend, setLegend] = useState(() => window.innerWidth >= 1200 && window.innerHeight >= 700);
  const id = useId();
  return (
    <>
      <div className="mapview-corner">
        <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {t("layers")}
        </button>
        {open && <Layers {...props} id={id} />}
      </div>
      <section className="mapview-legend" aria-label={t("legend.title")}>
        <button type="button" aria-expanded={legend} onClick={() => setLegend(!legend)}>
          {t("legend.title")}
        </button>
        {legend && <Legend />}
      </section>
    </>
  );
}

function Layers({ state, shown, onShown, onEngine, onBase, id }: PanelProps & { id: string }): ReactNode {
  const { t } = useTranslation("map");
  const name = useId();
  const engines: EngineName[] = ["webgl", "canvas"];
  const { renderer, webgl2 } = state.graphics;
  return (
    <div className="mapview-layers" id={id}>
      <fieldset>
        <legend>{t("shown")}</legend>
        <label>
          <input type="checkbox" checked={shown.persons} onChange={() => onShown({ ...shown, persons: !shown.persons })} />
          {t("persons")}
        </label>
        <label>
          <input type="checkbox" checked={shown.units} onChange={() => onShown({ ...shown, units: !shown.units })} />
          {t("units")}
        </label>
        <small>{t("alarmsStay")}</small>
      </fieldset>
      {state.config.base.length > 1 && (
        <fieldset>
          <legend>{t("base")}</legend>
          {state.config.base.map((one) => (
            <label key={one.id}>
              <input type="radio" name={`${name}-base`} checked={state.base === one.id} onChange={() => onBase(one.id)} />
              {baseName(one, t("builtin"))}
            </label>
          ))}
        </fieldset>
      )}
      <fieldset>
        <legend>{t("engine.title")}</legend>
        {engines.map((engine) => (
          <label key={engine}>
            <input
              type="radio"
              name={`${name}-engine`}
              checked={state.engine === engine}
              disabled={engine === "webgl" && !webgl2}
              onChange={() => onEngine(engine)}
            />
            {t(`engine.${engine}`)}
          </label>
        ))}
        {(!webgl2 || isSoftware(renderer)) && <small>{t("engine.noCard")}</small>}
      </fieldset>
    </div>
  );
}

const baseName = (base: BaseMap, builtin: string): string => base.name ?? (base.kind === "builtin" ? builtin : base.id);

const SHAPES: [string, ReactNode][] = [
  ["sev0", <rect key="s" x="3" y="3" width="12" height="12" rx="1.5" className="mapview-sev0" />],
  ["sev1", <path key="s" d="M9 2 16.5 15.5h-15z" className="mapview-sev1" />],
  ["sev2", <path key="s" d="M9 1.5 16.5 9 9 16.5 1.5 9z" className="mapview-sev2" />],
  ["sev3", <circle key="s" cx="9" cy="9" r="6.5" className="mapview-sev3" />],
  ["wearer", <circle key="s" cx="9" cy="9" r="4" className="mapview-track" />],
  ["protected", <path key="s" d="M9 2.5 15.5 9 9 15.5 2.5 9z" className="mapview-role" />],
  ["unit", <path key="s" d="M9 2.5 15.5 15 9 11 2.5 15z" className="mapview-role" />],
  ["stale", <circle key="s" cx="9" cy="9" r="4" className="mapview-stale" />],
];

function Legend(): ReactNode {
  const { t } = useTranslation("map");
  return (
    <ul>
      {SHAPES.map(([key, shape]) => (
        <li key={key}>
          <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
            {shape}
          </svg>
          {t(`legend.${key}`)}
        </li>
      ))}
    </ul>
  );
}
