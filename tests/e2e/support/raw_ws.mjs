// A WebSocket client that can also break the rules (RFC 6455 §5), over node:net.

import { createHash, randomBytes } from 'node:crypto';
import { RawHttp, requestText } from './raw_http.mjs';
import { deferred, within } from './wait.mjs';

export const opcodes = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** The bytes of one frame; `mask: false` and `rsv` make those that a server must refuse. */
export function frame(opcode, payload = '', { fin = true, rsv = 0, mask = true, length } = {}) {
  const data = Buffer.from(payload);
  const size = length ?? data.length;
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const bit = mask ? 0x80 : 0;
  let head;
  if (size < 126) {
    head = Buffer.from([first, bit | size]);
  } else if (size < 65536) {
    head = Buffer.from([first, bit | 126, size >> 8, size & 255]);
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = bit | 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  if (!mask) return Buffer.concat([head, data]);
  const key = randomBytes(4);
  const masked = Buffer.from(data);
  for (let i = 0; i < masked.length; i++) masked[i] ^= key[i & 3];
  return Buffer.concat([head, key, masked]);
}

export function closePayload(code, reason = '') {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

export class RawSocket {
  /** Messages and control frames as they came: {opcode, data, compressed}. */
  #frames = [];
  #wake = new Set();
  #buffer = Buffer.alloc(0);
  #parts = [];
  #reading = false;
  closed = deferred();
  closeFrame = undefined;

  /** Opens a WebSocket at `path`; throws {status, text} of the answer when it is no 101. The frames
   *  `early` go out in one piece with the request. */
  static async open(server, path, { headers = {}, early = [] } = {}) {
    const http = await RawHttp.connect(server);
    const key = randomBytes(16).toString('base64');
    const request = requestText('GET', path, { headers: { Upgrade: 'websocket',
      Connection: 'Upgrade', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': 13, ...headers } });
    http.write(Buffer.concat([Buffer.from(request), ...early]));
    const answer = await http.answer();
    if (answer?.status !== 101) {
      http.destroy();
      throw Object.assign(new Error(`no upgrade: ${answer?.status}`), { answer, http });
    }
    const expected = createHash('sha1')
      .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    if (answer.headers['sec-websocket-accept'] !== expected) throw new Error('wrong accept key');
    const it = new RawSocket();
    it.socket = http.socket;
    it.headers = answer.headers;
    http.socket.removeAllListeners('data').on('data', (bytes) => it.#read(bytes));
    http.ended.then(() => it.#over());
    it.#read(http.rest());
    return it;
  }

  /** Opens one as Engine.IO does and reads its open packet into `open`. */
  static async engine(server, query = '') {
    const it = await RawSocket.open(server, `/socket.io/?EIO=4&transport=websocket${query}`);
    const first = await it.text();
    if (first[0] !== '0') throw new Error(`no open packet: ${first}`);
    it.handshake = JSON.parse(first.slice(1));
    return it;
  }

  /** Joins the main namespace with a token and forgets the events of the connection. */
  static async joined(server, token) {
    const it = await RawSocket.engine(server);
    it.send(`40${JSON.stringify({ token })}`);
    const answer = await it.textThat((text) => text.startsWith('40') || text.startsWith('44'));
    if (!answer.startsWith('40')) throw new Error(`refused: ${answer}`);
    it.sid = JSON.parse(answer.slice(2)).sid;
    return it;
  }

  #over() {
    this.closed.resolve({ code: this.closeFrame?.code ?? null, reason: this.closeFrame?.reason ?? '' });
    this.isClosed = true;
    this.#wake.forEach((wake) => wake());
  }

  #read(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const b = this.#buffer;
      if (b.length < 2) return;
      let size = b[1] & 127;
      let at = 2;
      if (size === 126) {
        if (b.length < 4) return;
        size = b.readUInt16BE(2);
        at = 4;
      } else if (size === 127) {
        if (b.length < 10) return;
        size = Number(b.readBigUInt64BE(2));
        at = 10;
      }
      if (b.length < at + size) return;
      const data = Buffer.from(b.subarray(at, at + size));
      this.#buffer = b.subarray(at + size);
      this.#take(b[0] & 15, (b[0] & 0x80) !== 0, data, (b[0] & 0x40) !== 0);
    }
  }

  #take(opcode, fin, data, compressed) {
    if (opcode === opcodes.close) {
      const code = data.length >= 2 ? data.readUInt16BE(0) : 1005;
      this.closeFrame ??= { code, reason: data.subarray(2).toString() };
    } else if (opcode < 8) {
      this.#parts.push({ opcode, data, compressed });
      if (!fin) return;
      const parts = this.#parts;
      this.#parts = [];
      const [{ opcode: kind, compressed: packed }] = parts;
      this.#frames.push({ opcode: kind, compressed: packed, data: Buffer.concat(parts.map((p) => p.data)) });
    } else {
      this.#frames.push({ opcode, data });
    }
    this.#wake.forEach((wake) => wake());
  }

  /** The next message or control frame that `test` accepts; earlier ones are dropped. */
  async next(test = () => true, what = 'a frame') {
    for (;;) {
      while (this.#frames.length > 0) {
        const one = this.#frames.shift();
        if (test(one)) return one;
      }
      if (this.isClosed) throw new Error(`closed (${this.closeFrame?.code}) before ${what}`);
      await within(this.#nextWake(), what);
    }
  }

  async text() {
    return (await this.next((one) => one.opcode === opcodes.text, 'a text message')).data.toString();
  }

  /** The next text that `test` accepts; pings of Engine.IO are answered on the way. */
  async textThat(test, what = 'a text message') {
    for (;;) {
      const text = (await this.next((one) => one.opcode === opcodes.text, what)).data.toString();
      if (text === '2') this.send('3');
      if (test(text)) return text;
    }
  }

  /** Waits for a pong and leaves the texts before it unread. */
  async nextPong() {
    await this.#until(() => this.#frames.some(({ opcode }) => opcode === opcodes.pong), 'a pong');
    this.#frames = this.#frames.filter(({ opcode }) => opcode !== opcodes.pong);
  }

  async #until(condition, what) {
    while (!condition()) {
      if (this.isClosed) throw new Error(`closed (${this.closeFrame?.code}) before ${what}`);
      await within(this.#nextWake(), what);
    }
  }

  /** Sends an event with an ack id and resolves with the answer's first argument. */
  async ask(id, packet) {
    if (packet !== undefined) this.send(packet);
    const answer = await this.textThat((text) => text.startsWith(`43${id}[`), `ack ${id}`);
    return JSON.parse(answer.slice(`43${id}`.length))[0];
  }

  write(...bytes) {
    this.socket.write(Buffer.concat(bytes));
  }

  send(payload, options) {
    this.write(frame(typeof payload === 'string' ? opcodes.text : opcodes.binary, payload, options));
  }

  /** The texts that have arrived and were not read. */
  unread() {
    return this.#frames.filter((one) => one.opcode === opcodes.text).map((one) => one.data.toString());
  }

  /** Resolves with {code, reason} once the connection is gone; code null without a close frame. */
  end(what = 'the close of the connection') {
    return within(this.closed.promise, () => `${what}; unread: ${this.unread().slice(-5)}`);
  }

  /** Answers the close frame, as a well-behaved client does, and waits for the end. */
  async endPolitely(what) {
    await within((async () => {
      while (!this.closeFrame && !this.isClosed) await this.#nextWake();
    })(), what ?? 'a close frame');
    if (!this.isClosed) {
      this.write(frame(opcodes.close, this.closeFrame.code === 1005 ? '' : closePayload(this.closeFrame.code)));
      this.socket.end();
    }
    return this.end(what);
  }

  #nextWake() {
    const woken = deferred();
    this.#wake.add(woken.resolve);
    return woken.promise.then(() => this.#wake.delete(woken.resolve));
  }

  destroy() {
    this.socket.destroy();
  }
}
