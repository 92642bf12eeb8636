// The server's time.  The device's clock may be wrong or be changed: the time is the
// server's, continued by a timer that only goes forward.  The timer stands still while the
// device sleeps, its clock does not.

const KEY = "flash-clock-offset";
const SLEEP_MS = 2_000;
let base = null;
let ahead = Infinity;

// The server said its time between `sentAt` and now.  A time that agrees stays as it is:
// else it would jump with the delay of each reply, and steps could change their order.
export function syncClock(serverNow, sentAt) {
  const received = performance.now();
  base = Math.min(Math.max(start(), serverNow - received), serverNow - sentAt);
  try {
    localStorage.setItem(KEY, String(Math.round(now() - Date.now())));
  } catch {
    // Without storage the device's clock has to do after a reload without network.
  }
}

export function now() {
  base = start();
  return Math.round(base + performance.now());
}

function start() {
  const before = ahead;
  ahead = Date.now() - performance.now();
  if (ahead - before > SLEEP_MS) base += ahead - before;
  return base ?? Date.now() + keptOffset() - performance.now();
}

function keptOffset() {
  try {
    return Number(localStorage.getItem(KEY)) || 0;
  } catch {
    return 0;
  }
}
