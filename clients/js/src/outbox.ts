/** A message that has no outcome yet. */
export interface OutboxEntry {
  clientMessageId: string;
  kind: 'room' | 'channel';
  conversationId: string;
  body: string;
  image?: string;
  parentId?: string;
  createdAt: string;
  /** Rises from message to message: their order. */
  order: number;
}

/** Where messages wait until the server has confirmed them, also over a reload of the page. */
export interface OutboxStore {
  /** All that is there, the oldest first. */
  all(): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(clientMessageId: string): Promise<void>;
}

/** Lost with the process: for Node.js, and where there is no IndexedDB. */
export class MemoryOutbox implements OutboxStore {
  readonly #entries = new Map<string, OutboxEntry>();

  async all(): Promise<OutboxEntry[]> {
    return [...this.#entries.values()];
  }
  async put(entry: OutboxEntry): Promise<void> {
    this.#entries.set(entry.clientMessageId, entry);
  }
  async remove(clientMessageId: string): Promise<void> {
    this.#entries.delete(clientMessageId);
  }
}

const storeName = 'outbox';

/** In the browser's database; one for each user, who may change in one browser. */
export class IndexedDbOutbox implements OutboxStore {
  readonly #database: Promise<IDBDatabase>;

  constructor(name = 'rookery-outbox') {
    this.#database = new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(storeName, { keyPath: 'clientMessageId' });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    this.#database.catch(() => {}); // told to whoever uses it
  }

  async all(): Promise<OutboxEntry[]> {
    const entries = await this.#run('readonly', (store) => store.getAll() as IDBRequest<OutboxEntry[]>);
    return entries.sort((a, b) => a.order - b.order);
  }
  async put(entry: OutboxEntry): Promise<void> {
    await this.#run('readwrite', (store) => store.put(entry));
  }
  async remove(clientMessageId: string): Promise<void> {
    await this.#run('readwrite', (store) => store.delete(clientMessageId));
  }

  async #run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await this.#database;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(storeName, mode);
      const request = work(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

export const defaultOutbox = (user: string): OutboxStore =>
  typeof indexedDB === 'undefined' ? new MemoryOutbox() : new IndexedDbOutbox(`rookery-outbox-${user}`);
