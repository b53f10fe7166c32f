// Push: tells the server at which address of its browser's push service this browser is told while the page is closed, and
// takes that back. A message there holds the id of a notification and nothing else; `pushed.ts` shows the same words for all.
import { surface } from "./session";

const PATH = "/api/v1/me/push";
const ASK: RequestInit = { cache: "no-store", headers: { "content-type": "application/json", "Haechi-Surface": surface } };

const put = (body: unknown): Promise<Response> => fetch(PATH, { ...ASK, method: "PUT", body: JSON.stringify(body) });

// Does nothing where the server pushes nothing.
export async function subscribe(): Promise<void> {
  const answer = await fetch(PATH, ASK);
  const key = ((await answer.json()) as { public_key?: string }).public_key;
  if (!answer.ok || !key) return;
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const subscription = await pushManager.subscribe(options).catch(async () => {
    // One that was made for another key stands in the way.
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  });
  const { endpoint, keys } = subscription.toJSON();
  await put({ endpoint, p256dh: keys?.["p256dh"], auth: keys?.["auth"] });
}

export async function unsubscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration(`/${surface}/`);
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  await Promise.allSettled([put({}), subscription.unsubscribe()]);
}
