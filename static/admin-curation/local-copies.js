/* Local copies of unsaved forms, in the browser's IndexedDB: { id, user, form, at, state }.

`user` and `form` name whose copy of which form it is, `at` is the time in milliseconds, `state` that of form-state.js.
Nobody else who uses the browser is offered it: copies are looked up by their user. */

const MAX_AGE_MS = 30 * 24 * 3600 * 1000;
const STORE = "copies";

const finished = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

let database;
function open() {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("unsaved-forms", 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(STORE, { keyPath: "id" });
      store.createIndex("form", ["user", "form"]);
      store.createIndex("at", "at");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return database;
}

/** Run `work` with the store, and resolve to its result once the transaction is on the disk. */
async function inStore(mode, work) {
  const transaction = (await open()).transaction(STORE, mode);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error); // such as a full disk
  });
  done.catch(() => {}); // if `work` fails first, its error is the one to report
  const result = await work(transaction.objectStore(STORE));
  await done;
  return result;
}

export const putCopy = (copy) => inStore("readwrite", (store) => finished(store.put(copy)));
export const deleteCopy = (id) => inStore("readwrite", (store) => finished(store.delete(id)));

/** Resolve to the copies of a user's form, newest first. Those older than 30 days are deleted. */
export const findCopies = (user, form) => find([user, form]);

/** Resolve to the copies of all forms of a user, newest first. Those older than 30 days are deleted. */
export const copiesOfUser = (user) => find(IDBKeyRange.bound([user], [user, []])); // an array sorts after every text

async function find(query) {
  const old = IDBKeyRange.upperBound(Date.now() - MAX_AGE_MS);
  await inStore("readwrite", async (store) => {
    for (const id of await finished(store.index("at").getAllKeys(old))) store.delete(id);
  });
  const copies = await inStore("readonly", (store) => finished(store.index("form").getAll(query)));
  return copies.sort((a, b) => b.at - a.at);
}
