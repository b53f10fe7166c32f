// Pictures of cameras: what the centre asks a local government for, when it viewed it, and the notice to the wearer.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { language } from "../kit/words";
import { askPictures, onePictureRequest, pictureNotice, pictureRequests, picturesViewed, type PicturesAnswer } from "./asks";
import { useCases } from "./news";
import { Due, Fact, Facts, HeldBack, LoadedView, Moment, PersonLink, Refused, Rows, useDeed, useHeldBack } from "./parts";
import { type Span, SpanFields, usOf } from "./times";
import { addressOf, go } from "./where";

const COLUMNS = ["notice", "wearer", "provider", "asked"] as const;
const CHANNELS = ["letter", "sms", "email", "fax", "phone"] as const;

export function Pictures() {
  const { t } = useTranslation("legal");
  const loaded = useCases("pictures", pictureRequests);
  return (
    <section aria-label={t("pictures.title")}>
      <h2>{t("pictures.title")}</h2>
      <p>{t("pictures.explain")}</p>
      <Ask />
      <LoadedView what={t("pictures.title")} loaded={loaded}>
        {(list) =>
          list.length === 0 ? <Empty title={t("pictures.none")} /> : (
            <Rows title={t("pictures.title")} head={COLUMNS.map((name) => t(`pictures.column.${name}`))}>
              {list.map((one) => (
                <tr key={one.id} data-pictures={one.id}>
                  <td>{one.duty_id ? <Due atUs={one.notice_due_at_us} /> : <Moment us={one.notice_sent_at_us} />}</td>
                  <td>
                    <a href={addressOf("pictures", one.id)}>{one.wearer_id}</a>
                  </td>
                  <td>{one.provider}</td>
                  <td>
                    <Moment us={one.requested_at_us} /> <small className="quiet">{one.requested_by}</small>
                  </td>
                </tr>
              ))}
            </Rows>
          )
        }
      </LoadedView>
    </section>
  );
}

function Ask() {
  const { t } = useTranslation("legal");
  const held = useHeldBack("ask_pictures");
  const [span, setSpan] = useState<Span>({ from: "", to: "" });
  const { busy, refused, run } = useDeed(() => undefined);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    void run(async () => {
      const made = await askPictures({
        wearer_id: text("wearer"), provider: text("provider"), cameras: text("cameras"), reason: text("reason"),
        from_us: usOf(span.from), to_us: usOf(span.to),
      });
      go("pictures", made.request?.id ?? "");
    });
  };
  return (
    <details className="card">
      <summary>{t("pictures.ask")}</summary>
      <form className="form" onSubmit={send}>
        <label>
          {t("pictures.wearer")}
          <input name="wearer" required maxLength={64} />
        </label>
        <label>
          {t("pictures.provider")}
          <input name="provider" required maxLength={64} />
        </label>
        <label>
          {t("pictures.cameras")}
          <textarea name="cameras" required rows={2} maxLength={300} />
        </label>
        <SpanFields span={span} change={setSpan} />
        <label>
          {t("pictures.reason")}
          <textarea name="reason" required rows={3} maxLength={600} />
        </label>
        <Refused failure={refused} />
        <HeldBack why={held} />
        <button type="submit" className="button primary" disabled={busy || held !== null}>
          {t("pictures.ask_do")}
        </button>
      </form>
    </details>
  );
}

export function PicturePage({ id }: { id: string }) {
  const { t } = useTranslation("legal");
  const loaded = useCases(`pictures/${id}`, () => onePictureRequest(id));
  return (
    <section aria-label={t("pictures.one")}>
      <LoadedView what={t("pictures.one")} loaded={loaded}>
        {(answer) => <One answer={answer} changed={loaded.reload} />}
      </LoadedView>
    </section>
  );
}

function One({ answer, changed }: { answer: PicturesAnswer; changed: () => void }) {
  const { t } = useTranslation("legal");
  const one = answer.request ?? {};
  return (
    <>
      <h2>
        {t("pictures.one")} <small className="quiet">{one.id}</small>
      </h2>
      <Facts>
        <Fact name={t("pictures.wearer")}>
          <PersonLink id={one.wearer_id} name={answer.wearer?.name} />
        </Fact>
        <Fact name={t("pictures.provider")}>{one.provider}</Fact>
        <Fact name={t("pictures.cameras")}>{answer.cameras}</Fact>
        <Fact name={t("inquiry.column.span")}>
          <Moment us={one.from_us} /> – <Moment us={one.to_us} />
        </Fact>
        <Fact name={t("pictures.reason")}>{answer.reason}</Fact>
      </Facts>
      <h3>{t("pictures.viewings")}</h3>
      <ul className="lines">
        {(one.viewings ?? []).map((row) => (
          <li key={row.ended_at_us} data-viewing>
            <Moment us={row.from_us} /> – <Moment us={row.ended_at_us} /> · {row.by}
          </li>
        ))}
        {(one.viewings ?? []).length === 0 && <li className="quiet">{t("pictures.not_viewed")}</li>}
      </ul>
      <Viewed id={one.id ?? ""} changed={changed} />
      <Notice answer={answer} changed={changed} />
    </>
  );
}

function Viewed({ id, changed }: { id: string; changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("ask_pictures");
  const [span, setSpan] = useState<Span>({ from: "", to: "" });
  const { busy, refused, run } = useDeed(changed);
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => picturesViewed(id, usOf(span.from), usOf(span.to)));
      }}
    >
      <h3>{t("pictures.viewed")}</h3>
      <SpanFields span={span} change={setSpan} />
      <Refused failure={refused} />
      <HeldBack why={held} />
      <button type="submit" className="button" disabled={busy || held !== null}>
        {t("pictures.viewed_do")}
      </button>
    </form>
  );
}

// The letter as it is printed; what is recorded is the digest of these words.
function Notice({ answer, changed }: { answer: PicturesAnswer; changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("ask_pictures");
  const [channel, setChannel] = useState<string>("letter");
  const { busy, refused, run } = useDeed(changed);
  const one = answer.request ?? {};
  if (!answer.notice_ko) return null;
  return (
    <section className="card" aria-label={t("pictures.notice")}>
      <h3>{t("pictures.notice")}</h3>
      <p className="statement">{language() === "ko" ? answer.notice_ko : answer.notice_en}</p>
      {one.duty_id ? (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void run(() => pictureNotice(one.id ?? "", channel));
          }}
        >
          <p>
            <Due atUs={one.notice_due_at_us} />
          </p>
          <label>
            {t("pictures.channel")}
            <select value={channel} onChange={(event) => setChannel(event.target.value)}>
              {CHANNELS.map((name) => (
                <option key={name} value={name}>
                  {t(`pictures.by.${name}`)}
                </option>
              ))}
            </select>
          </label>
          <Refused failure={refused} />
          <HeldBack why={held} />
          <button type="button" className="button" onClick={() => print()}>
            {t("print")}
          </button>
          <button type="submit" className="button primary" disabled={busy || held !== null}>
            {t("pictures.sent_do")}
          </button>
        </form>
      ) : (
        <p role="status" data-told={one.notice_channel}>
          {t("pictures.sent", { how: t(`pictures.by.${one.notice_channel ?? "letter"}`), who: one.notice_sent_by ?? "" })} <Moment us={one.notice_sent_at_us} />
        </p>
      )}
    </section>
  );
}
