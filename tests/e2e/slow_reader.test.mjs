// A client that does not read: what is of least use goes first, messages never; at the limit it is closed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkEvent } from './support/event_contract.mjs';
import { connect } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { RawSocket } from './support/raw_ws.mjs';
import { makeRoom, makeUsers, metric } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const shed = (server, name) => metric(server, 'rookery_shed_total', `class="${name}"`);

describe('a client that does not read', () => {
  const at = useServer({ set: { [keys.outQueueBytes]: 8 << 20 } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.writer = await connect(it.server, it.bob);
  });
  const say = async (body = 'x'.repeat(60_000)) => {
    const answer = await at.writer.ask('roomMessage', { roomId: at.room._id, body });
    assert.equal(answer.success, true, answer.message);
    return answer.data.seq;
  };

  it('loses typing, then presence, no message, and is told how things stand when it has caught up', async () => {
    const reader = await RawSocket.joined(at.server, at.ada.token);
    reader.socket.pause();
    let last = 0;
    for (let time = 0; await shed(at.server, 'presence') === 0; time++) {
      assert.ok(time < 500, 'presence was never shed');
      last = await say();
      await at.writer.ask('typing', { roomId: at.room._id, isTyping: time % 2 === 0 });
      await at.writer.ask('setPresence', { status: time % 2 ? 'online' : 'away' });
    }
    assert.ok(await shed(at.server, 'typing') > 0, 'typing goes first');
    await at.writer.ask('setPresence', { status: 'dnd' });
    reader.socket.resume();
    const seen = [];
    await reader.textThat((text) => {
      const found = /^42\["roomMessageConfirmed",.*?"seq":(\d+)/.exec(text);
      if (found) seen.push(Number(found[1]));
      return text.startsWith('42["presenceChanged"') && text.includes('"dnd"');
    });
    assert.deepEqual(seen, Array.from({ length: last }, (_, i) => i + 1), 'every message, in order');
    reader.destroy();
  });

  it('is closed at the limit, after slowConsumer', async () => {
    const reader = await RawSocket.joined(at.server, at.ada.token);
    reader.socket.pause();
    const before = await metric(at.server, 'rookery_drops_total', 'reason="slow_consumer"');
    for (let time = 0; await metric(at.server, 'rookery_drops_total', 'reason="slow_consumer"') === before; time++) {
      assert.ok(time < 500, 'the reader was never closed');
      await say();
    }
    reader.socket.resume();
    const text = await reader.textThat((one) => one.startsWith('42["slowConsumer"')).catch(() => null);
    // Its head of the queue may take longer than the second that it is given.
    if (text) checkEvent('slowConsumer', JSON.parse(text.slice(2))[1]);
    await reader.end();
    reader.destroy();
  });
});
