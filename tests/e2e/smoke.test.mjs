// The shortest way through everything: two accounts, a room, a message, its confirmation, its row.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { makeRoom, makeUsers, readHistory } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

describe('a first message', () => {
  const at = useServer();

  it('reaches its reader, is confirmed, and is read back over REST', async () => {
    const [ada, bob] = await makeUsers(at.server, 2);
    const room = await makeRoom(at.server, ada, bob);
    const sender = await connect(at.server, ada);
    const reader = await connect(at.server, bob);
    const joined = await sender.ask('joinRoom', { roomId: room._id });
    assert.equal(joined.success, true, joined.message);
    assert.equal(joined.data.lastSeq, 0);

    const answer = await sender.ask('roomMessage', { roomId: room._id, body: 'hello' });
    assert.equal(answer.success, true, answer.message);
    const received = await reader.hear('roomMessageRecieved');
    const confirmed = await reader.hear('roomMessageConfirmed');
    assert.equal(received.body, 'hello');
    assert.equal(confirmed.tempId, received._id);
    assert.equal(confirmed._id, answer.data._id);

    const history = await readHistory(at.server, bob, room._id);
    assert.deepEqual(history.map(({ _id, seq, body }) => ({ _id, seq, body })),
      [{ _id: confirmed._id, seq: 1, body: 'hello' }]);
  });
});
