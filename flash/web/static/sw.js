// Opens the page without network: the network comes first, what was kept second, also if
// the network doesn't answer.  The server's data is not kept here but by the page, pictures and sounds by the browser.

const KEPT = "flash-1";
const PATIENCE_MS = 2_500;
const SILENCE_MS = 10_000;
let silentUntil = 0;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  // What the page loaded before this worker ran.
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(event.data)));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const isPage = address.pathname === "/" || address.pathname.startsWith("/static/");
  const isOwn = event.request.method === "GET" && address.origin === location.origin;
  if (isOwn && isPage) event.respondWith(networkFirst(event.request));
});

async function networkFirst(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request, { ignoreSearch: true });
  let hasAnswered = false;
  const fetched = fetch(request).then(async (response) => {
    hasAnswered = true;
    if (response.ok) await cache.put(request, response.clone());
    return response;
  });
  if (!kept) return fetched;
  // Else each file of the page would wait anew.
  const patience = Date.now() < silentUntil ? 0 : PATIENCE_MS;
  const late = new Promise((resolve) => setTimeout(resolve, patience)).then(() => {
    if (!hasAnswered) silentUntil = Date.now() + SILENCE_MS;
    return kept;
  });
  return Promise.race([fetched.catch(() => kept), late]);
}
