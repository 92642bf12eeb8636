// IndexedDB: `outbox` holds what was not sent yet, in order; `kept` holds the last
// queue and the words, for a start without network.

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("flash", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("outbox", { autoIncrement: true, keyPath: "n" });
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

// Runs `work(outbox, kept)` in one transaction; resolves with the result of the request
// it returned once everything is on disk.
export async function transact(work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const names = ["outbox", "kept"];
    const options = { durability: "strict" };
    const transaction = database.transaction(names, "readwrite", options);
    const request = work(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const read = (key) => transact((_outbox, kept) => kept.get(key));
export const write = (key, value) => transact((_outbox, kept) => kept.put(value, key));
export const forget = (key) => transact((_outbox, kept) => kept.delete(key));
