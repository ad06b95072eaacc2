// The upgrade from polling to WebSocket, step by step (protocol.md 2.6).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keys } from './support/keys.mjs';
import { Polling, separator } from './support/polling.mjs';
import { RawHttp, requestText } from './support/raw_http.mjs';
import { RawSocket, closePayload, frame, opcodes } from './support/raw_ws.mjs';
import { call, makeUser } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

const probe = (server, sid) =>
  RawSocket.open(server, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
const badRequest = (answer) => {
  assert.equal(answer.status, 400, answer.text);
  assert.deepEqual(JSON.parse(answer.text), { code: 3, message: 'Bad request' });
};
/** The session lives: an event sent by polling is answered there. */
async function livesOnPolling(session, id) {
  await session.post(`42${id}["alive?"]`);
  await session.packetThat((packet) => packet.startsWith(`43${id}[`));
}

for (const loops of [1, 2]) {
  describe(`an upgrade with ${loops} loop${loops > 1 ? 's' : ''}`, () => {
    const at = useServer({ args: ['--loops', String(loops)] }, async (it) => {
      it.user = await makeUser(it.server);
    });

    it('releases the waiting GET with 6, and goes on over the WebSocket', async () => {
      const session = await Polling.open(at.server);
      const socket = await probe(at.server, session.sid);
      socket.send('2probe');
      assert.equal(await socket.text(), '3probe');
      assert.equal((await session.get()).text, '6');
      socket.send('5');
      socket.send(`40${JSON.stringify({ token: at.user.token })}`);
      assert.match(await socket.text(), /^40\{"sid":"/);
      assert.equal((await socket.ask(1, '421["over there"]')).code, 'NOT_FOUND');
      socket.destroy();
    });

    it('releases a GET that waited before the probe', async () => {
      const session = await Polling.open(at.server);
      const waiting = session.get();
      const socket = await probe(at.server, session.sid);
      socket.send('2probe');
      assert.equal(await socket.text(), '3probe');
      assert.equal((await waiting).text, '6');
      socket.send('5');
      socket.send(`40${JSON.stringify({ token: at.user.token })}`);
      assert.match(await socket.text(), /^40\{"sid":"/);
      socket.destroy();
    });

    it('moves what was queued, in order and once', async () => {
      const session = await Polling.joined(at.server, at.user.token);
      const socket = await probe(at.server, session.sid);
      socket.send('2probe');
      assert.equal(await socket.text(), '3probe');
      const ids = Array.from({ length: 50 }, (_, index) => index + 100);
      await session.post(ids.map((id) => `42${id}["queued"]`).join(separator));
      socket.send('5');
      for (const id of ids) assert.match(await socket.text(), new RegExp(`^43${id}\\[`));
      socket.send('42999["and then"]');
      assert.match(await socket.text(), /^43999\[/);
      socket.destroy();
    });

    it('refuses polling afterwards, and the session does not mind', async () => {
      const session = await Polling.joined(at.server, at.user.token);
      const socket = await probe(at.server, session.sid);
      socket.send('2probe');
      assert.equal(await socket.text(), '3probe');
      socket.send('5');
      socket.send('421["x"]');
      await socket.textThat((text) => text.startsWith('431['));
      badRequest(await session.get());
      badRequest(await session.post('3'));
      const other = await probe(at.server, session.sid).catch(() => null);
      if (other) await other.endPolitely('the close of a second WebSocket');
      assert.equal((await socket.ask(2, '422["x"]')).code, 'NOT_FOUND');
      socket.destroy();
    });

    it('knows of the 5 before it answers a GET that was sent after it', async () => {
      for (let round = 0; round < 20; round++) {
        const session = await Polling.open(at.server);
        const socket = await probe(at.server, session.sid);
        const http = await RawHttp.connect(at.server);
        socket.send('2probe');
        assert.equal(await socket.text(), '3probe');
        // Written in this order to two connections; the kernel has both before the server is asked.
        await new Promise((resolve) => socket.socket.write(frame(opcodes.text, '5'), resolve));
        http.request('GET', session.path);
        badRequest(await http.answer());
        http.destroy();
        socket.destroy();
      }
    });

    it('is given up when the probe says something else, and polling goes on', async () => {
      for (const [index, wrong] of ['2', '2probed', '4hello', '3probe', 'x', ''].entries()) {
        const session = await Polling.joined(at.server, at.user.token);
        const socket = await probe(at.server, session.sid);
        socket.send(wrong);
        await socket.endPolitely(`the close after ${JSON.stringify(wrong)}`);
        await livesOnPolling(session, index);
      }
    });

    it('is given up when the probe closes, and polling goes on', async () => {
      for (const how of ['close frame', 'cut']) {
        const session = await Polling.joined(at.server, at.user.token);
        const socket = await probe(at.server, session.sid);
        socket.send('2probe');
        assert.equal(await socket.text(), '3probe');
        if (how === 'cut') {
          socket.destroy();
        } else {
          socket.write(frame(opcodes.close, closePayload(1000)));
          await socket.endPolitely();
        }
        await livesOnPolling(session, 1);
        await livesOnPolling(session, 2);
      }
    });

    it('can be tried again after it was given up', async () => {
      const session = await Polling.joined(at.server, at.user.token);
      const first = await probe(at.server, session.sid);
      first.send('nonsense');
      await first.endPolitely();
      const socket = await eventually(async () => {
        const second = await probe(at.server, session.sid);
        second.send('2probe');
        const text = await second.text().catch(() => null);
        return text === '3probe' ? second : null;
      }, 'a second probe');
      socket.send('5');
      assert.equal((await socket.ask(3, '423["x"]')).code, 'NOT_FOUND');
      socket.destroy();
    });

    it('survives a session that ends in the middle', async () => {
      const session = await Polling.open(at.server);
      const socket = await probe(at.server, session.sid);
      socket.send('2probe');
      assert.equal(await socket.text(), '3probe');
      await session.post('1');
      await socket.endPolitely('the end of the probe of a dead session');
      const answer = await call(at.server, 'GET', session.path);
      assert.deepEqual(JSON.parse(answer.text), { code: 1, message: 'Session ID unknown' });
    });

    it('works when everything is sent in one piece', async () => {
      const session = await Polling.joined(at.server, at.user.token);
      const path = `/socket.io/?EIO=4&transport=websocket&sid=${session.sid}`;
      const http = await RawHttp.connect(at.server);
      http.write(Buffer.concat([
        Buffer.from(requestText('GET', path, { headers: { Upgrade: 'websocket', Connection: 'Upgrade',
          'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': 13 } })),
        frame(opcodes.text, '2probe'), frame(opcodes.text, '5'), frame(opcodes.text, '427["x"]'),
      ]));
      const answer = await http.answer();
      assert.equal(answer.status, 101);
      assert.equal(answer.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
      const seen = await eventually(() => {
        http.collected = Buffer.concat([http.collected ?? Buffer.alloc(0), http.rest()]);
        return http.collected.includes('437[') && http.collected;
      }, 'the answer over the WebSocket');
      assert.ok(seen.indexOf('3probe') >= 0 && seen.indexOf('3probe') < seen.indexOf('437['));
      http.destroy();
    });
  });
}

describe('an upgrade that takes too long', () => {
  const at = useServer({ set: { [keys.upgradeTimeout]: 100 } }, async (it) => {
    it.user = await makeUser(it.server);
  });

  it('is given up when no 5 comes in time, and polling goes on', async () => {
    const session = await Polling.joined(at.server, at.user.token);
    const socket = await probe(at.server, session.sid);
    socket.send('2probe');
    await socket.endPolitely('the end of the upgrade');
    await livesOnPolling(session, 1);
  });

  it('is given up when not even the probe comes in time', async () => {
    const session = await Polling.joined(at.server, at.user.token);
    const socket = await probe(at.server, session.sid);
    await socket.endPolitely('the end of the upgrade');
    await livesOnPolling(session, 1);
  });
});
