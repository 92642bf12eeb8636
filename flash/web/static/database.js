// IndexedDB: `outbox` holds what was not sent yet, in order; `kept` holds the last
// queue and the words, for a start without network.

let opened = null;

// The connection is lost when the browser's data are cleared; the next use opens another.
function open() {
  opened ??= connect().catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

function connect() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("flash", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("outbox", { autoIncrement: true, keyPath: "n" });
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = database.onversionchange = () => disconnect(database);
      resolve(database);
    };
    request.onerror = () => reject(request.error);
  });
}

function disconnect(database) {
  database.close();
  opened = null;
}

// Runs `work(outbox, kept)` in one transaction; resolves with the result of the request
// it returned once everything is on disk.  A connection that is lost meanwhile aborts the
// transaction, which is tried again on another one.
export async function transact(work) {
  return attempt(work).catch(() => attempt(work));
}

async function attempt(work) {
  const database = await open();
  try {
    return await inTransaction(database, work);
  } catch (error) {
    disconnect(database);
    throw error;
  }
}

function inTransaction(database, work) {
  return new Promise((resolve, reject) => {
    const names = ["outbox", "kept"];
    const options = { durability: "strict" };
    const transaction = database.transaction(names, "readwrite", options);
    const request = work(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
}

export const read = (key) => transact((_outbox, kept) => kept.get(key));
export const write = (key, value) => transact((_outbox, kept) => kept.put(value, key));
export const forget = (key) => transact((_outbox, kept) => kept.delete(key));
