// The program for conformance suites, as a process of its own, and its sessions request by request.

import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { after, before } from 'node:test';
import { runPeer, startPeer } from './peer.mjs';
import { once } from './raw_http.mjs';
import { RawSocket, opcodes } from './raw_ws.mjs';
import { tree } from './server.mjs';

export const separator = '\x1e';
export const program = join(resolve(tree, process.env.ROOKERY_BUILD || 'build/release'), 'conformance');

/** Runs the program to its end: {code, stderr}. For flags that it refuses. */
export const runConformance = (args) => runPeer(program, args);

/** Call it inside describe(): `.server` is there once the tests run. */
export function useConformance(scenario, flags = []) {
  const at = {};
  before(async () => {
    at.server = await startPeer(program,
      ['--listen', '127.0.0.1:0', '--scenario', scenario, ...flags.map(String)]);
  });
  after(() => at.server?.close());
  return at;
}

/** A polling session; every request comes over a connection of its own. */
export class PollingSession {
  static async open(server, base = '/engine.io/') {
    const it = new PollingSession();
    it.server = server;
    it.base = base;
    it.answer = await once(server, 'GET', `${base}?EIO=4&transport=polling`);
    assert.equal(it.answer.status, 200, it.answer.text);
    const [first, ...packets] = it.answer.text.split(separator);
    it.handshake = JSON.parse(first.slice(1));
    it.sid = it.handshake.sid;
    it.queue = packets;
    return it;
  }

  get path() {
    return `${this.base}?EIO=4&transport=polling&sid=${this.sid}`;
  }

  get(headers) {
    return once(this.server, 'GET', this.path, { headers });
  }

  post(body, headers = { 'Content-Type': 'text/plain;charset=UTF-8' }) {
    return once(this.server, 'POST', this.path, { headers, body });
  }

  /** The next packet; pings are answered on the way. */
  async packet() {
    for (;;) {
      while (this.queue.length === 0) {
        const answer = await this.get();
        assert.equal(answer.status, 200, answer.text);
        this.queue.push(...answer.text.split(separator));
      }
      const packet = this.queue.shift();
      if (packet !== '2') return packet;
      await this.post('3');
    }
  }

  /** No such session any more, now or after the packet that says so. */
  async assertGone() {
    const refusals = [];
    for (let i = 0; i < 2; i++) {
      const answer = await this.get();
      if (answer.status === 400) return assert.deepEqual(JSON.parse(answer.text),
        { code: 1, message: 'Session ID unknown' });
      refusals.push(answer.text);
    }
    assert.fail(`still there: ${refusals}`);
  }

  probe() {
    return RawSocket.open(this.server, `${this.base}?EIO=4&transport=websocket&sid=${this.sid}`);
  }
}

/** A WebSocket session whose open packet has been read into `.handshake`. */
export async function openWebSocket(server, base = '/engine.io/') {
  const socket = await RawSocket.open(server, `${base}?EIO=4&transport=websocket`);
  const first = await socket.text();
  assert.equal(first[0], '0', first);
  socket.handshake = JSON.parse(first.slice(1));
  return socket;
}

/** The next message that is no ping: text, or a Buffer. Pings are answered on the way. */
export async function message(socket) {
  for (;;) {
    const { opcode, data } = await socket.next((one) => one.opcode < opcodes.close, 'a message');
    if (opcode === opcodes.binary) return data;
    if (data.toString() !== '2') return data.toString();
    socket.send('3');
  }
}
