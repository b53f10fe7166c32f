// The penalty notice and her agreement, before anything of where he is may be shown; and taking it back.
import { useTranslation } from "react-i18next";
import { useLoaded } from "../kit/load";
import { language } from "../kit/words";
import { agree, myCases } from "./court-wire";

export function Agreement() {
  const { t } = useTranslation();
  const { data, failure, loading, reload } = useLoaded("me/agreement", myCases);
  const agreed = data?.consent?.view_allowed ?? false;
  const turn = async (): Promise<void> => {
    await agree(agreed ? { given: false } : { notice_code: data?.notice?.code ?? "", given: true }).catch(() => undefined);
    reload();
  };
  if (loading) return <p role="status">{t("kit:waiting")}</p>;
  return (
    <>
      {failure && <p role="alert">{t("setup.agreement.not_known")}</p>}
      {data && (
        <>
          <p className="quiet">{language() === "ko" ? data.notice?.text_ko : data.notice?.text_en}</p>
          <p role="status">
            <strong>{t(agreed ? "setup.agreement.agreed" : "setup.agreement.not_agreed")}</strong>
          </p>
          <button type="button" className={agreed ? "button wide" : "button primary wide"} onClick={() => void turn()}>
            {t(agreed ? "setup.agreement.take_back" : "setup.agreement.agree")}
          </button>
        </>
      )}
    </>
  );
}
