// SosBar: hold for a second, or tap and say which. Both ways are equal; keys and switches take the second.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { vibrate } from "./notices";

const HOLD_MS = 1000;
// A tap that bounces is one tap.
const BOUNCE_MS = 300;

export function SosBar({ onSend }: { onSend: (silent: boolean) => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) return <HoldButton onHeld={() => onSend(false)} onTap={() => setAsked(true)} />;
  return <Choice onSend={onSend} onClose={() => setAsked(false)} />;
}

function HoldButton({ onHeld, onTap }: { onHeld: () => void; onTap: () => void }) {
  const { t } = useTranslation();
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const fired = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = (): void => {
    if (holding) return;
    fired.current = false;
    setHolding(true);
    vibrate(30);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      fired.current = true;
      vibrate([150, 60, 150]);
      setHolding(false);
      onHeld();
    }, HOLD_MS);
  };
  const end = (): void => {
    clearTimeout(timer.current);
    setHolding(false);
  };
  return (
    <button
      type="button"
      className="sos"
      data-holding={holding}
      aria-describedby="sos-how"
      onPointerDown={(event) => event.button === 0 && begin()}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onKeyDown={(event) => (event.key === " " || event.key === "Enter") && !event.repeat && begin()}
      onKeyUp={end}
      onBlur={end}
      onContextMenu={(event) => event.preventDefault()}
      onClick={() => {
        if (!fired.current) onTap();
      }}
    >
      <span className="sos-fill" aria-hidden="true" />
      <span className="sos-name">{t("sos.name")}</span>
      <span id="sos-how" className="sos-how">
        {t(holding ? "sos.holding" : "sos.how")}
      </span>
    </button>
  );
}

function Choice({ onSend, onClose }: { onSend: (silent: boolean) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const openedAt = useRef(Date.now());
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const send = (silent: boolean): void => {
    if (Date.now() - openedAt.current >= BOUNCE_MS) onSend(silent);
  };
  return (
    <div className="sos-choice" role="group" aria-label={t("sos.choice")} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <button type="button" className="button" onClick={onClose}>
        {t("sos.not_now")}
      </button>
      <button type="button" className="button quiet-sos" onClick={() => send(true)}>
        <strong>{t("sos.silent")}</strong> <span>{t("sos.silent_how")}</span>
      </button>
      <button type="button" className="sos" ref={first} onClick={() => send(false)}>
        <span className="sos-name">{t("sos.now")}</span>
      </button>
    </div>
  );
}
