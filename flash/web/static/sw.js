// Opens the page without network: the network comes first, what was kept second.  The
// server's data is not kept here but by the page, pictures and sounds by the browser.

const KEPT = "flash-1";

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
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
