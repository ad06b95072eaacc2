// A full disk: the message is emitted, then fails; the server lives and recovers by itself.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { call, makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { assertKeys, assertRefused } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { eventually, within } from './support/wait.mjs';

/** Sets how large a file of the process may grow: every write beyond fails as on a full disk. */
async function limitFileSize(server, bytes) {
  const child = spawn('prlimit', ['--pid', String(server.pid), `--fsize=${bytes}:`], { stdio: 'inherit' });
  const code = await within(new Promise((resolve, reject) => child.on('error', reject).on('close', resolve)), 'prlimit');
  assert.equal(code, 0, 'prlimit');
}
const fill = (server) => limitFileSize(server, 1);
const empty = (server) => limitFileSize(server, 'unlimited');

const kinds = [
  { kind: 'room', event: 'roomMessage', key: 'roomId', received: 'roomMessageRecieved', sent: 'roomMessageSent',
    confirmed: 'roomMessageConfirmed', failed: 'roomMessageFailed' },
  { kind: 'channel', event: 'NewMessage', key: 'channelId', received: 'NewMessageReceived', sent: 'channelMessageSent',
    confirmed: 'channelMessageConfirmed', failed: 'channelMessageFailed' },
];

for (const { kind, event, key, received, sent, confirmed, failed } of kinds) {
  describe(`a full disk under messages to a ${kind}`, () => {
    const at = useServer({ set: { [keys.retryFor]: 500 } }, async (it) => {
      [it.ada, it.bob] = await makeUsers(it.server, 2);
      const room = await makeRoom(it.server, it.ada, it.bob);
      const space = await makeWorkspace(it.server, it.ada, [it.bob]);
      it.id = kind === 'room' ? room._id : space.general.id;
      it.to = { [key]: it.id };
      it.sender = await connect(it.server, it.ada);
      it.reader = await connect(it.server, it.bob);
      for (const client of [it.sender, it.reader]) {
        await client.ask(kind === 'room' ? 'joinRoom' : 'JoinChannel', it.to);
      }
      for (const body of ['first', 'second']) await it.say(body);
    });
    at.say = (body, more = {}) => at.sender.ask(event, { ...at.to, body, ...more });
    const byBody = (body) => (message) => message.body === body;
    const seqs = async () => (await readHistory(at.server, at.ada, at.id)).map(({ seq }) => seq);

    it('emits the message, then says that it failed', async () => {
      await fill(at.server);
      const answer = at.say('no room for this', { clientMessageId: 'full-1' });
      const optimistic = await at.reader.hear(received, byBody('no room for this'));
      assert.equal(optimistic.seq, 3);
      assert.equal((await at.sender.hear(sent, byBody('no room for this')))._id, optimistic._id);

      for (const client of [at.sender, at.reader]) {
        const heard = await client.hear(failed, ({ tempId }) => tempId === optimistic._id);
        assertKeys(heard, ['tempId', 'clientMessageId', key, 'error', 'code', 'retryable', 'seq'], ['workspaceId']);
        assert.deepEqual({ clientMessageId: heard.clientMessageId, id: heard[key], code: heard.code,
          retryable: heard.retryable, seq: heard.seq },
        { clientMessageId: 'full-1', id: at.id, code: 'STORE_FAILED', retryable: true, seq: 3 });
        assert.equal(typeof heard.error, 'string');
        assert.notEqual(heard.error, '');
      }
      const ack = await answer;
      assertRefused(ack, 'STORE_FAILED');
      assert.equal(ack.retryable, true);
    });

    it('fails a burst in order, each message once', async () => {
      at.sender.forget();
      at.reader.forget();
      const answers = await Promise.all([0, 1, 2, 3, 4].map((number) => at.say(`burst ${number}`)));
      answers.forEach((answer) => assertRefused(answer, ['STORE_FAILED', 'OVERLOADED']));
      await settled(at.reader);
      const emitted = at.reader.all(received).map(({ _id }) => _id);
      const ended = await at.reader.hearMany(failed, emitted.length);
      assert.deepEqual(ended.map(({ tempId }) => tempId), emitted);
      assert.equal(at.reader.all(confirmed).length, 0);
    });

    it('leaves the process alive, reading and saying that it is not well', async () => {
      assert.equal((await call(at.server, 'GET', '/healthz')).status, 200);
      assert.deepEqual(await seqs(), [1, 2]);
      await eventually(async () => (await call(at.server, 'GET', '/readyz')).status === 503, 'a red /readyz');
      const joined = await connect(at.server, at.bob);
      await settled(joined);
      joined.close();
    });

    it('is over when there is space again, without a restart', async () => {
      const { pid } = at.server;
      await empty(at.server);
      const answer = await eventually(async () => {
        const one = await at.say('there is room again');
        return one.success && one;
      }, 'a message that is confirmed again');
      assert.equal(at.server.pid, pid);
      assert.equal(answer.data.seq, 3, 'the number of what failed is given again');
      await at.reader.hear(confirmed, byBody('there is room again'));
      await eventually(async () => (await call(at.server, 'GET', '/readyz')).status === 200, 'a green /readyz');
    });

    it('has freed the clientMessageId of what failed', async () => {
      const answer = await at.say('at last', { clientMessageId: 'full-1' });
      assert.equal(answer.success, true, answer.message);
      assert.equal(answer.data.body, 'at last');
      await at.reader.hear(received, byBody('at last'));
      const again = await at.say('not again', { clientMessageId: 'full-1' });
      assert.equal(again.data._id, answer.data._id);
    });

    it('that comes and goes under load leaves no hole', async () => {
      const outcomes = [];
      for (let round = 0; round < 3; round++) {
        const burst = Array.from({ length: 40 }, (_, number) => {
          if (number === 20) return fill(at.server).then(() => null);
          return at.say(`round ${round}, ${number}`, { clientMessageId: `${round}/${number}` });
        });
        outcomes.push(...(await Promise.all(burst)).filter(Boolean));
        await empty(at.server);
        await eventually(async () => (await at.say('probe')).success, 'recovery');
      }
      const history = await readHistory(at.server, at.bob, at.id);
      assert.deepEqual(history.map(({ seq }) => seq), history.map((_, index) => index + 1));
      const stored = new Map(history.map(({ _id, seq }) => [_id, seq]));
      for (const answer of outcomes) {
        if (answer.success) assert.equal(stored.get(answer.data._id), answer.data.seq);
        else assertRefused(answer, ['STORE_FAILED', 'OVERLOADED']);
      }
      const bodies = new Set(history.map(({ body }) => body).filter((body) => body.startsWith('round')));
      const good = new Set(outcomes.filter(({ success }) => success).map(({ data }) => data.body));
      assert.deepEqual([...bodies].sort(), [...good].sort(), 'stored is what was confirmed, no more');
    });

    it('is forgotten after a restart', async () => {
      const before = await seqs();
      await at.server.kill();
      await at.server.restart();
      assert.deepEqual(await seqs(), before);
    });
  });
}
