// The shortest way through everything: two accounts, a room, a message, its confirmation, its row.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closeClients, connect } from './support/client.mjs';
import { makeRoom, makeUsers, readHistory } from './support/rest.mjs';
import { startServer } from './support/server.mjs';

describe('a first message', () => {
  let server;
  before(async () => {
    server = await startServer();
  });
  after(async () => {
    closeClients();
    await server?.close();
  });

  it('reaches its reader, is confirmed, and is read back over REST', async () => {
    const [ada, bob] = await makeUsers(server, 2);
    const room = await makeRoom(server, ada, bob);
    const sender = await connect(server, ada);
    const reader = await connect(server, bob);
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

    const history = await readHistory(server, bob, room._id);
    assert.deepEqual(history.map(({ _id, seq, body }) => ({ _id, seq, body })),
      [{ _id: confirmed._id, seq: 1, body: 'hello' }]);
  });
});
