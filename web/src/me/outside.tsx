// What is shown where nobody is signed in or the server cannot be asked: the call for help and 112 work all the same.
import { useTranslation } from "react-i18next";
import { Troubles } from "./health";
import { Banner } from "./page";
import { CallRow, QuickExit, Shell } from "./shell";

export function Offline() {
  const { t } = useTranslation();
  return (
    <Shell>
      <Banner status={{ kind: "link_lost", tone: "black", view: null }} heardAtMs={0} />
      <section className="card">
        <p>{t("offline.sos")}</p>
        <p>{t("offline.own")}</p>
      </section>
      <Troubles own={[]} />
    </Shell>
  );
}

export function Asking() {
  return (
    <div className="asking">
      <Shell>
        <Banner status={{ kind: "loading", tone: "slate", view: null }} heardAtMs={0} />
      </Shell>
    </div>
  );
}

export function Foot() {
  const { t } = useTranslation();
  return (
    <section className="foot">
      <p>{t("foot")}</p>
      <div className="calls">
        <QuickExit />
        <CallRow />
      </div>
    </section>
  );
}

// A fault in the page must not take the telephone away.
export function Fault() {
  const { t } = useTranslation();
  return (
    <main className="me fault" role="alert">
      <h1>{t("fault.title")}</h1>
      <p>{t("fault.text")}</p>
      <div className="big-calls">
        <CallRow big />
      </div>
      <QuickExit />
      <button type="button" className="button wide" onClick={() => location.reload()}>
        {t("fault.reload")}
      </button>
    </main>
  );
}
