// Typing: told to the others, not too often, and ended by itself.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { assertKeys, assertRefused } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

const hour = 3_600_000;

describe('typing', () => {
  const at = useServer({ set: { [keys.typingFor]: hour, [keys.typingRepeat]: hour } }, async (it) => {
    [it.ada, it.bob, it.cem] = await makeUsers(it.server, 3);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
    it.laptop = await connect(it.server, it.ada);
    it.phone = await connect(it.server, it.ada);
    it.reader = await connect(it.server, it.bob);
    for (const client of [it.laptop, it.reader]) {
      await client.ask('JoinChannel', { channelId: it.space.general.id });
    }
  });
  const places = () => [{ roomId: at.room._id }, { channelId: at.space.general.id }];

  it('reaches the others, and no device of the one who types', async () => {
    for (const place of places()) {
      at.reader.forget();
      for (const isTyping of [true, false]) {
        const answer = await at.laptop.ask('typing', { ...place, isTyping });
        assert.equal(answer.success, true, answer.message);
      }
      await settled(at.reader, at.laptop, at.phone);
      const heard = at.reader.all('userTyping');
      assert.deepEqual(heard, [true, false].map((isTyping) =>
        ({ ...place, userId: at.ada.id, username: at.ada.username, isTyping })));
      assertKeys(heard[0], [...Object.keys(place), 'userId', 'username', 'isTyping']);
    }
    assert.deepEqual([...at.laptop.all('userTyping'), ...at.phone.all('userTyping')], []);
  });

  it('that repeats is sent on once, and an end without a beginning not at all', async () => {
    at.reader.forget();
    const place = { roomId: at.room._id };
    await at.laptop.ask('typing', { ...place, isTyping: false });
    for (let time = 0; time < 5; time++) {
      await (time % 2 ? at.phone : at.laptop).ask('typing', { ...place, isTyping: true });
    }
    await at.phone.ask('typing', { ...place, isTyping: false });
    await at.laptop.ask('typing', { ...place, isTyping: false });
    await settled(at.reader);
    assert.deepEqual(at.reader.all('userTyping').map(({ isTyping }) => isTyping), [true, false]);
  });

  it('is refused to strangers, nowhere and in both places at once', async () => {
    at.reader.forget();
    const stranger = await connect(at.server, at.cem);
    for (const place of places()) {
      assertRefused(await stranger.ask('typing', { ...place, isTyping: true }), 'FORBIDDEN');
    }
    assertRefused(await stranger.ask('typing', { roomId: 'f'.repeat(24), isTyping: true }), 'NOT_FOUND');
    assertRefused(await at.laptop.ask('typing', { channelId: at.room._id, isTyping: true }), 'NOT_FOUND');
    assertRefused(await at.laptop.ask('typing', { isTyping: true }), 'INVALID_PAYLOAD');
    assertRefused(await at.laptop.ask('typing', { ...Object.assign({}, ...places()), isTyping: true }),
      'INVALID_PAYLOAD');
    await settled(at.reader);
    assert.deepEqual(at.reader.all('userTyping'), []);
    stranger.close();
  });
});

describe('typing that is not renewed', () => {
  const at = useServer({ set: { [keys.typingFor]: 50, [keys.typingRepeat]: 0 } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.writer = await connect(it.server, it.ada);
    it.reader = await connect(it.server, it.bob);
  });

  it('ends by itself, also when the writer is gone, and may begin again', async () => {
    for (let round = 0; round < 2; round++) {
      at.reader.forget();
      const writer = round ? await connect(at.server, at.ada) : at.writer;
      await writer.ask('typing', { roomId: at.room._id, isTyping: true });
      if (round) writer.close();
      await at.reader.hear('userTyping', ({ isTyping }) => !isTyping);
      assert.deepEqual(at.reader.all('userTyping').map(({ isTyping }) => isTyping), [true, false]);
    }
  });
});

describe('the limit of typing', () => {
  const at = useServer({ set: { 'limits.typing.rate': 0.001, 'limits.typing.burst': 3 } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
  });

  it('is a bucket of its own', async () => {
    const client = await connect(at.server, at.ada);
    const ask = () => client.ask('typing', { roomId: at.room._id, isTyping: true });
    for (let time = 0; time < 3; time++) assert.equal((await ask()).success, true);
    assertRefused(await ask(), 'RATE_LIMITED');
    assert.equal((await client.ask('joinRoom', { roomId: at.room._id })).success, true);
  });
});
