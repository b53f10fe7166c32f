// A map that cannot be loaded or breaks must not take the rest of the terminal with it.
import { Component, lazy, Suspense } from "react";
import type { ComponentProps, ReactNode } from "react";
import { useTranslation } from "react-i18next";

const load = () => import("./map-pane");
const fresh = () => lazy(load);
type Pane = ReturnType<typeof fresh>;
type Props = ComponentProps<Pane>;

// Before it is needed, so that it is there when a call comes on a poor line.
export const fetchMap = (): void => void load().catch(() => undefined);

export class MapFence extends Component<{ pane: Props }, { broken: boolean; Pane: Pane }> {
  override state = { broken: false, Pane: fresh() };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  override render() {
    const { broken, Pane } = this.state;
    if (broken) return <Broken onRetry={() => this.setState({ broken: false, Pane: fresh() })} />;
    return (
      <Suspense fallback={<Loading />}>
        <Pane {...this.props.pane} />
      </Suspense>
    );
  }
}

function Loading(): ReactNode {
  const { t } = useTranslation();
  return (
    <p className="map-wait" role="status">
      {t("map.loading")}
    </p>
  );
}

function Broken({ onRetry }: { onRetry: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="map-wait">
      <p role="status">{t("map.broken")}</p>
      <button type="button" className="button" onClick={onRetry}>
        {t("map.retry")}
      </button>
    </div>
  );
}
