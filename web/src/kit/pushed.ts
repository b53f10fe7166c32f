// What a service worker does with a push: neutral words, one notice at a time, and word back to the server that it came or was
// opened. It knows nothing of anybody but the id of a notification.
export interface Pushed {
  worker: ServiceWorkerGlobalScope;
  surface: string;
  icon?: string; // below the surface
  words: Record<"ko" | "en", { title: string; body: string }>;
}

const TAG = "m";

export function answerPushes({ worker, surface, icon, words }: Pushed): void {
  const scope = `/${surface}/`;

  // What is sent twice does not buzz twice.
  async function show(id: string): Promise<void> {
    const notice = worker.navigator.language.startsWith("ko") ? words.ko : words.en;
    const shown = await worker.registration.getNotifications({ tag: TAG });
    const again = shown.some((one) => (one.data as { id?: string } | null)?.id === id);
    const picture = icon ? { icon: scope + icon, badge: scope + icon } : {};
    // `renotify` is missing from the type.
    const options = { body: notice.body, tag: TAG, ...picture, data: { id }, renotify: !again };
    await worker.registration.showNotification(notice.title, options);
  }

  // Else the person is told another way. Where this does not get through, so it is.
  async function tell(id: string, state: "DELIVERED" | "OPENED"): Promise<void> {
    if (!id) return;
    await fetch(`/api/v1/me/notifications/${encodeURIComponent(id)}`, {
      method: "POST",
      body: JSON.stringify({ state: `NOTIFICATION_STATE_${state}` }),
      headers: { "content-type": "application/json", "Haechi-Surface": surface },
      cache: "no-store",
    }).catch(() => undefined);
  }

  async function open(): Promise<void> {
    const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = pages.find((each) => new URL(each.url).pathname.startsWith(scope));
    if (page) await page.focus();
    else await worker.clients.openWindow(scope);
  }

  worker.addEventListener("push", (event) => {
    const id = idOf(event.data);
    event.waitUntil(Promise.all([show(id), tell(id, "DELIVERED")]));
  });
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(Promise.all([open(), tell((event.notification.data as { id?: string } | null)?.id ?? "", "OPENED")]));
  });
}

function idOf(data: PushMessageData | null): string {
  try {
    return String((data?.json() as { id?: unknown } | undefined)?.id ?? "");
  } catch {
    return "";
  }
}
