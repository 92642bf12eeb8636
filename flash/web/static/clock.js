// The server's time.  The device's clock may be wrong or be changed: the time is the
// server's at the last answer, continued by a timer that only goes forward.

const KEY = "flash-clock-offset";
let base = null;

export function syncClock(serverNow, sentAt) {
  const received = performance.now();
  base = serverNow + (received - sentAt) / 2 - received;
  try {
    localStorage.setItem(KEY, String(Math.round(now() - Date.now())));
  } catch {
    // Without storage the device's clock has to do after a reload without network.
  }
}

export function now() {
  if (base === null) base = Date.now() + keptOffset() - performance.now();
  return Math.round(base + performance.now());
}

function keptOffset() {
  try {
    return Number(localStorage.getItem(KEY)) || 0;
  } catch {
    return 0;
  }
}
