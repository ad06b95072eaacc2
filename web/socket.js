// A small Socket.IO client: protocol v5 over Engine.IO v4, WebSocket only, namespace "/", no
// binary. It asks for connection state recovery and comes back by itself after every close except
// DISCONNECT and CONNECT_ERROR, which are final in this contract.
//
// Beside the server's events, on() takes: "connect", "disconnect" (reason), "refused" (message,
// code), "waiting" (milliseconds until the next attempt).
const kFirstDelayMs = 500;
const kLongestDelayMs = 10_000;
const kOpenTimeoutMs = 15_000;

export class Socket {
  connected = false;
  recovered = false;
  #url;
  #auth;
  #ws = null;
  #handlers = new Map();
  #acks = new Map();
  #nextAckId = 0;
  #attempts = 0;
  #retryTimer = 0;
  #silenceTimer = 0;
  #silenceMs = kOpenTimeoutMs;
  #serverDelayMs = null;
  #recovery = {};

  /// `url`: where the server is, ws: or wss:, without a path. `auth`: the object of CONNECT.
  constructor(url, auth) {
    this.#url = `${url}/socket.io/?EIO=4&transport=websocket`;
    this.#auth = auth;
    this.on('serverDraining', ({ retryAfterMs }) => (this.#serverDelayMs = retryAfterMs));
  }

  /// Several handlers may share an event. What one returns answers an event that asks for an ack.
  on(event, handler) {
    this.#handlers.set(event, [...(this.#handlers.get(event) ?? []), handler]);
    return this;
  }

  /// The answer to the event's ack. Rejects when the connection is not there or goes before the
  /// answer comes; nothing is kept for later.
  emit(event, payload) {
    if (!this.connected) return Promise.reject(new Error('not connected'));
    const id = this.#nextAckId++;
    this.#ws.send(`42${id}${JSON.stringify([event, payload])}`);
    return new Promise((resolve, reject) => this.#acks.set(id, { resolve, reject }));
  }

  /// Opens the connection, or cuts short the wait for the next attempt.
  connect() {
    clearTimeout(this.#retryTimer);
    if (this.#ws) return;
    const ws = (this.#ws = new WebSocket(this.#url));
    this.#expectBytesWithin(kOpenTimeoutMs);
    ws.onmessage = ({ data }) => {
      if (ws !== this.#ws || typeof data !== 'string') return;
      try {
        this.#receive(data);
      } catch (error) {
        // A handler's mistake must not cost the connection, an unreadable packet must.
        if (!(error instanceof SyntaxError)) throw error;
        this.#lose('parse error');
      }
    };
    ws.onclose = () => ws === this.#ws && this.#lose('transport close');
  }

  /// Ends it for good, quietly.
  close() {
    if (this.connected) this.#ws.send('41');
    this.#drop('client namespace disconnect');
  }

  #receive(text) {
    if (text[0] === '0') {
      const { pingInterval, pingTimeout } = JSON.parse(text.slice(1));
      this.#expectBytesWithin(pingInterval + pingTimeout);
      this.#ws.send(`40${JSON.stringify({ ...this.#auth, ...this.#recovery })}`);
    } else if (text === '2') {
      this.#ws.send('3');
      this.#expectBytesWithin(this.#silenceMs);
    } else if (text[0] === '1') {
      this.#lose('transport close');
    } else if (text[0] === '4') {
      const [, type, id, json] = /^4(\d)(\d*)([^]*)$/.exec(text) ?? [];
      this.#packet(type, id, json ? JSON.parse(json) : undefined);
    }
  }

  #packet(type, id, data) {
    if (type === '0') {
      this.recovered = data.pid !== undefined && data.pid === this.#recovery.pid;
      this.#recovery = {
        pid: data.pid,
        offset: this.recovered ? this.#recovery.offset : undefined,
      };
      this.connected = true;
      this.#attempts = 0;
      this.#tell('connect');
    } else if (type === '2') {
      const last = data.at(-1);
      const answer = this.#tell(...data);
      if (id) this.#ws?.send(`43${id}${JSON.stringify(answer === undefined ? [] : [answer])}`);
      else if (this.#recovery.pid && typeof last === 'string') this.#recovery.offset = last;
    } else if (type === '3') {
      this.#acks.get(Number(id))?.resolve(data[0]);
      this.#acks.delete(Number(id));
    } else if (type === '1') {
      this.#drop('server namespace disconnect');
    } else if (type === '4') {
      this.#drop('refused');
      this.#tell('refused', data.message, data.data?.code);
    }
  }

  #tell(event, ...args) {
    let answer;
    for (const handler of this.#handlers.get(event) ?? []) answer = handler(...args) ?? answer;
    return answer;
  }

  #expectBytesWithin(ms) {
    this.#silenceMs = ms;
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#lose('ping timeout'), ms);
  }

  #drop(reason) {
    for (const timer of [this.#retryTimer, this.#silenceTimer]) clearTimeout(timer);
    const wasConnected = this.connected;
    const ws = this.#ws;
    this.#ws = null;
    this.connected = false;
    ws?.close();
    for (const { reject } of this.#acks.values()) reject(new Error(reason));
    this.#acks.clear();
    if (wasConnected) this.#tell('disconnect', reason);
  }

  #lose(reason) {
    this.#drop(reason);
    const backOff = Math.min(kLongestDelayMs, kFirstDelayMs * 2 ** this.#attempts++);
    // Half of it random: a server that comes back is not met by all its clients at once.
    const delayMs = this.#serverDelayMs ?? backOff * (0.5 + Math.random() / 2);
    this.#serverDelayMs = null;
    this.#retryTimer = setTimeout(() => this.connect(), delayMs);
    this.#tell('waiting', delayMs);
  }
}
