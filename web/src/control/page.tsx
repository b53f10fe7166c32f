// The console: strip on top, notices that nobody can miss, queue, map, incident, and the timeline at the
// bottom.
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { LinkBar } from "../kit/chrome";
import type { PictureStore } from "../kit/picture-store";
import { useLive } from "../kit/surface";
import { Dialogs } from "./deed-dialogs";
import { Desk, DeskProvider, useDeskState } from "./desk";
import { firstSingleKeys } from "./help";
import { IncidentPanel } from "./incident-panel";
import { isElsewhere, useWhere } from "../legal/where";
import { Keyboard } from "./keyboard";
import { MapPane } from "./map-pane";
import { Notices } from "./notices";
import { Queue } from "./queue";
import { Search } from "./search";
import { PastBanner, Timeline } from "./timeline";
import { TopStrip } from "./top-strip";
import "./control.css";

const Casework = lazy(() => import("./casework"));

export function Page() {
  const { t } = useTranslation();
  const { picture } = useLive();
  const [desk, setDesk] = useState<Desk | null>(null);
  useEffect(() => {
    const made = new Desk();
    made.set({ singleKeys: firstSingleKeys() });
    picture.onRevoked = (revoked) => {
      if (revoked.person_id && made.state.personId === revoked.person_id) made.pick(null);
    };
    const stop = picture.subscribe(() => offerGravest(made, picture));
    setDesk(made);
    return () => {
      stop();
      made.end();
    };
  }, [picture]);
  useEffect(() => {
    document.title = t("title");
  }, [t]);
  if (!desk) return null;
  return (
    <DeskProvider value={desk}>
      <Keyboard />
      <div className="console">
        <TopStrip />
        <LinkBar advice={t("link.advice")} />
        <PastBanner />
        <Notices />
        <Stage />
      </div>
      <Dialogs />
      <SearchWhenAsked />
    </DeskProvider>
  );
}

// A critical alert that nobody has taken opens by itself while nothing else is looked at. What an operator has put away
// stays away.
function offerGravest(desk: Desk, picture: PictureStore): void {
  const { alertId, personId, dialog, search } = desk.state;
  if (isElsewhere() || alertId !== null || personId !== null || dialog !== null || search || desk.playback.state.clock !== null) return;
  for (const [id, { alert }] of picture.alerts) {
    if ((alert.code ?? 0) !== 0 || alert.handling !== "ALERT_HANDLING_NEW" || desk.offered.has(id)) continue;
    desk.offered.add(id);
    desk.open(id);
    return;
  }
}

function SearchWhenAsked() {
  return useDeskState().search ? <Search /> : null;
}

// Cases lie over the panels, below the strips of what rings; what is covered can be neither seen nor used.
function Stage() {
  const { t } = useTranslation();
  const where = useWhere();
  return (
    <div className="stage">
      <div className="stage-live" inert={where.page !== ""}>
        <main className="panels">
          <Queue />
          <MapPane />
          <IncidentPanel />
        </main>
        <Timeline />
      </div>
      {where.page && (
        <Suspense fallback={<p className="casework quiet">{t("state.loading", { what: t("casework.title") })}</p>}>
          <Casework where={where} />
        </Suspense>
      )}
    </div>
  );
}
