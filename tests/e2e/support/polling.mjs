// Engine.IO v4 over HTTP long-polling, request by request.

import { call } from './rest.mjs';

export const separator = '\x1e';

export class Polling {
  static path = (query) => `/socket.io/?EIO=4&transport=polling${query}`;

  static async open(server) {
    const it = new Polling();
    it.server = server;
    const answer = await call(server, 'GET', Polling.path(''));
    if (answer.status !== 200 || answer.text[0] !== '0') {
      throw new Error(`no handshake: ${answer.status} ${answer.text}`);
    }
    const [first, ...packets] = answer.text.split(separator);
    it.handshake = JSON.parse(first.slice(1));
    it.sid = it.handshake.sid;
    it.queue = packets;
    it.answer = answer;
    return it;
  }

  /** Opens a session and joins the main namespace with a token. */
  static async joined(server, token) {
    const it = await Polling.open(server);
    await it.post(`40${JSON.stringify({ token })}`);
    const answer = await it.packetThat((packet) => /^4[04]/.test(packet));
    if (!answer.startsWith('40')) throw new Error(`refused: ${answer}`);
    return it;
  }

  get path() {
    return Polling.path(`&sid=${this.sid}`);
  }

  get() {
    return call(this.server, 'GET', this.path);
  }

  post(body, headers = { 'content-type': 'text/plain;charset=UTF-8' }) {
    return call(this.server, 'POST', this.path, { raw: body, headers });
  }

  /** The next packet, polling when none is left of the last answer. */
  async packet() {
    while (this.queue.length === 0) {
      const answer = await this.get();
      if (answer.status !== 200) throw new Error(`poll: ${answer.status} ${answer.text}`);
      this.queue.push(...answer.text.split(separator));
    }
    return this.queue.shift();
  }

  async packetThat(test) {
    for (;;) {
      const packet = await this.packet();
      if (packet === '2') await this.post('3');
      if (test(packet)) return packet;
    }
  }
}
