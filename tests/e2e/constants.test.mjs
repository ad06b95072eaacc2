// The event names for front-end developers come from the server's own table.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { rookery, tree } from './support/server.mjs';

const file = join(tree, 'clients/js/events.mjs');
const names = {
  connection: ['reconnected', 'accountLoggedInElsewhere', 'accountAlreadyLoggedIn', 'serverDraining'],
  room: ['joinRoom', 'leaveRoom', 'roomMessage', 'roomMessageRecieved', 'roomMessageSent', 'roomMessageConfirmed',
    'roomMessageFailed'],
  channel: ['JoinChannel', 'LeaveChannel', 'NewMessage', 'NewMessageReceived', 'channelMessageSent',
    'channelMessageConfirmed', 'channelMessageFailed'],
  call: ['offer', 'answer', 'ice-candidate', 'renegotiation-needed', 'IncomingCallNotification', 'newAnswer',
    'newIce-candidate', 'renegotiation-request'],
};

describe('the constants', () => {
  it('that are checked in are those that the server prints', async () => {
    const { code, stdout, stderr } = await rookery(['describe', 'constants']);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, await readFile(file, 'utf8'));
  });

  it('name every event in its group', async () => {
    const constants = await import(pathToFileURL(file).href);
    const groups = constants.default ?? constants.events ?? constants;
    for (const [group, wanted] of Object.entries(names)) {
      const key = Object.keys(groups).find((name) => name.toLowerCase().startsWith(group));
      assert.ok(key, `no group ${group} among ${Object.keys(groups)}`);
      const values = Object.values(groups[key]);
      for (const name of wanted) assert.ok(values.includes(name), `${group} has no ${name}`);
    }
  });
});
