// What is recorded lies in this browser's own store (IndexedDB) until the app has acknowledged it.
//
// recordings  {local, person, begin, server, made, bytes, finish}   finish is null while it records
// chunks      {local, number, data}
// marks       {local, key, kind, time_s}

const NAME = "rubor-recorder";

/** A key that no other has. */
export function newId() {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("-");
}

function wait(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

/** The store of this browser. */
export class Store {
  static async open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const database = request.result;
      database.createObjectStore("recordings", { keyPath: "local" });
      database.createObjectStore("chunks", { keyPath: ["local", "number"] });
      database.createObjectStore("marks", { keyPath: ["local", "key"] });
    };
    const store = new Store();
    store.database = await wait(request);
    return store;
  }

  /** @returns {Promise<object[]>} recordings that are not wholly with the app, of all persons. */
  recordings() {
    return wait(this.database.transaction("recordings").objectStore("recordings").getAll());
  }

  recording(local) {
    return wait(this.database.transaction("recordings").objectStore("recordings").get(local));
  }

  /** A new recording of a person; `begin` is what the app will be told first. */
  async add(local, person, begin) {
    const transaction = this.database.transaction("recordings", "readwrite");
    transaction.objectStore("recordings").put({ local, person, begin, server: null, made: 0, bytes: 0, finish: null });
    await finished(transaction);
  }

  async change(local, fields) {
    const transaction = this.database.transaction("recordings", "readwrite");
    const recordings = transaction.objectStore("recordings");
    const row = await wait(recordings.get(local));
    if (row) recordings.put({ ...row, ...fields });
    await finished(transaction);
  }

  /** Keep the next chunk. Its number and the sums are written together with it, or none of them. */
  async addChunk(local, data) {
    const transaction = this.database.transaction(["recordings", "chunks"], "readwrite", { durability: "strict" });
    const recordings = transaction.objectStore("recordings");
    const row = await wait(recordings.get(local));
    transaction.objectStore("chunks").put({ local, number: row.made, data });
    recordings.put({ ...row, made: row.made + 1, bytes: row.bytes + data.byteLength });
    await finished(transaction);
  }

  /** The first chunk that is still here. */
  async firstChunk(local) {
    const cursor = await wait(this.database.transaction("chunks").objectStore("chunks").openCursor(ofRecording(local)));
    return cursor?.value;
  }

  /** Forget the chunks before a number: the app has them. */
  async dropChunks(local, before) {
    const transaction = this.database.transaction("chunks", "readwrite");
    transaction.objectStore("chunks").delete(IDBKeyRange.bound([local, 0], [local, before], false, true));
    await finished(transaction);
  }

  async addMark(mark) {
    const transaction = this.database.transaction("marks", "readwrite");
    transaction.objectStore("marks").put(mark);
    await finished(transaction);
  }

  marks(local) {
    return wait(this.database.transaction("marks").objectStore("marks").getAll(ofRecording(local)));
  }

  async dropMarks(marks) {
    const transaction = this.database.transaction("marks", "readwrite");
    marks.forEach(({ local, key }) => transaction.objectStore("marks").delete([local, key]));
    await finished(transaction);
  }

  /** Forget a recording wholly. */
  async forget(local) {
    const transaction = this.database.transaction(["recordings", "chunks", "marks"], "readwrite");
    transaction.objectStore("recordings").delete(local);
    transaction.objectStore("chunks").delete(ofRecording(local));
    transaction.objectStore("marks").delete(ofRecording(local));
    await finished(transaction);
  }
}

function ofRecording(local) {
  // An array sorts behind every number and every text.
  return IDBKeyRange.bound([local], [local, []]);
}
