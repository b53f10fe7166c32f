import { useTranslation } from "react-i18next";
import { LinkBar, LinkChip } from "../kit/chrome";

export function Page() {
  const { t } = useTranslation();
  return (
    <main>
      <LinkBar />
      <h1>{t("title")}</h1>
      <LinkChip />
    </main>
  );
}
