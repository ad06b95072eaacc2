// HTTP/1.1 by hand over node:net: for pipelining, keep-alive, and what fetch refuses to send.

import net from 'node:net';
import { within } from './wait.mjs';

/** A TCP connection that reads HTTP answers one after the other. */
export class RawHttp {
  #buffer = Buffer.alloc(0);
  #wake = () => {};
  closed = false;

  static async connect(server) {
    const it = new RawHttp();
    it.socket = net.connect(server.port, server.host);
    it.socket.on('error', () => {}).setNoDelay(true);
    it.ended = new Promise((resolve) => it.socket.on('close', () => {
      it.closed = true;
      it.#wake();
      resolve();
    }));
    it.socket.on('data', (bytes) => {
      it.#buffer = Buffer.concat([it.#buffer, bytes]);
      it.#wake();
    });
    it.socket.on('end', () => it.socket.end());
    await within(new Promise((resolve, reject) => {
      it.socket.once('connect', resolve).once('error', reject);
    }), 'a TCP connection');
    return it;
  }

  write(text) {
    this.socket.write(text);
  }

  /** Writes a request with Host and, for a body, Content-Length. */
  request(method, path, { headers = {}, body } = {}) {
    this.write(requestText(method, path, { headers, body }));
  }

  async #more(what) {
    if (this.closed) throw new Error(`connection closed while reading ${what}`);
    await within(new Promise((resolve) => (this.#wake = resolve)), what);
  }

  /** The next answer: {status, headers, text}; null once the peer has closed. */
  async answer({ head = false } = {}) {
    let end;
    while ((end = this.#buffer.indexOf('\r\n\r\n')) < 0) {
      if (this.closed && this.#buffer.length === 0) return null;
      await this.#more('an HTTP head');
    }
    const [first, ...lines] = this.#buffer.subarray(0, end).toString('latin1').split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }));
    const status = Number(first.split(' ')[1]);
    this.#buffer = this.#buffer.subarray(end + 4);
    if (status === 101 || status === 204 || status === 304 || head) {
      return { status, headers, text: '' };
    }
    if (/chunked/i.test(headers['transfer-encoding'] || '')) {
      return { status, headers, text: await this.#chunks() };
    }
    if (headers['content-length'] === undefined) {
      while (!this.closed) await this.#more('an HTTP body up to the end');
      return { status, headers, text: this.#take(this.#buffer.length) };
    }
    const length = Number(headers['content-length']);
    while (this.#buffer.length < length) await this.#more('an HTTP body');
    return { status, headers, text: this.#take(length) };
  }

  #take(length) {
    const text = this.#buffer.subarray(0, length).toString('utf8');
    this.#buffer = this.#buffer.subarray(length);
    return text;
  }

  async #chunks() {
    let text = '';
    for (;;) {
      let end;
      while ((end = this.#buffer.indexOf('\r\n')) < 0) await this.#more('a chunk');
      const size = parseInt(this.#take(end + 2), 16);
      while (this.#buffer.length < size + 2) await this.#more('a chunk');
      text += this.#take(size + 2).slice(0, -2);
      if (size === 0) return text;
    }
  }

  /** What has come and was not read: the bytes after an upgrade. */
  rest() {
    const bytes = this.#buffer;
    this.#buffer = Buffer.alloc(0);
    return bytes;
  }

  /** The peer closes; resolves then. */
  end(what = 'the end of the connection') {
    return within(this.ended, what);
  }

  destroy() {
    this.socket.destroy();
  }
}

export function requestText(method, path, { headers = {}, body } = {}) {
  const all = { Host: 'test', ...headers };
  if (body !== undefined) all['Content-Length'] ??= Buffer.byteLength(body);
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

/** One request on a connection of its own. */
export async function once(server, method, path, options) {
  const http = await RawHttp.connect(server);
  try {
    http.request(method, path, options);
    return await http.answer({ head: method === 'HEAD' });
  } finally {
    http.destroy();
  }
}
