// What the page's list of messages does with events that come late, twice or in another order.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { importPage } from './support/page_modules.mjs';

const { Conversation, bodyText, encodeBody } = await importPage('conversation.js', 'body.js');

const me = { _id: 'a'.repeat(24), username: 'me' };
const peer = { _id: 'b'.repeat(24), username: 'peer' };
const createdAt = '2026-01-31T09:30:00.123Z';

const optimistic = (seq, fields = {}) => ({
  _id: `temp_${seq}`,
  seq,
  body: encodeBody(`n${seq}`),
  senderId: peer,
  createdAt,
  ...fields,
});
const confirmed = (seq, fields = {}) => ({
  ...optimistic(seq),
  _id: String(seq).padStart(24, '0'),
  tempId: `temp_${seq}`,
  ...fields,
});
const kept = (seq) => confirmed(seq, { tempId: undefined });

describe('the list of messages of the page', () => {
  let list;
  const shown = () => list.entries.map((e) => `${bodyText(e.body)} ${e.state}`);
  beforeEach(() => {
    list = new Conversation({ kind: 'room', id: 'c'.repeat(24), title: 'peer', myId: me._id });
  });

  it('follows a message of another user by its tempId', () => {
    assert.equal(list.receive(optimistic(1)), true);
    assert.deepEqual(shown(), ['n1 pending']);
    assert.equal(list.confirm(confirmed(1)), false);
    assert.deepEqual(shown(), ['n1 confirmed']);
    assert.equal(list.receive(optimistic(1)), false);
    assert.equal(list.confirm(confirmed(1)), false);
    assert.deepEqual(shown(), ['n1 confirmed']);
  });

  it('inserts a confirmed message that it has not heard of by its seq', () => {
    for (const seq of [3, 1, 2]) assert.equal(list.confirm(confirmed(seq)), true);
    assert.deepEqual(shown(), ['n1 confirmed', 'n2 confirmed', 'n3 confirmed']);
  });

  it('matches its own by clientMessageId and never by text', () => {
    const first = list.compose(encodeBody('same'), 'id-1', me);
    const second = list.compose(encodeBody('same'), 'id-2', me);
    list.confirm(confirmed(1, { clientMessageId: 'id-2', senderId: me, body: encodeBody('same') }));
    assert.deepEqual([first.state, second.state], ['pending', 'confirmed']);
    assert.equal(list.entries.length, 2);
    // Somebody else may use the same id: it is unique per sender only.
    list.confirm(confirmed(2, { clientMessageId: 'id-1' }));
    assert.equal(first.state, 'pending');
    assert.equal(list.entries.length, 3);
  });

  it('makes one of an own pending message and its copy in the history', () => {
    const own = list.compose(encodeBody('mine'), 'id-1', me);
    list.mergeNewest([confirmed(1, { tempId: undefined, senderId: me, body: own.body })]);
    assert.equal(list.entries.length, 2);
    list.confirm(confirmed(1, { clientMessageId: 'id-1', senderId: me, body: own.body }));
    assert.deepEqual(list.entries, [own]);
    assert.equal(own.state, 'confirmed');
  });

  it('ignores the late failure of an earlier try', () => {
    const own = list.compose(encodeBody('mine'), 'id-1', me);
    const sent = { clientMessageId: 'id-1', senderId: me, body: own.body };
    list.receive(optimistic(1, sent));
    list.fail({ clientMessageId: 'id-1', message: 'not saved', code: 'STORE_FAILED' });
    assert.deepEqual([own.state, own.retryable], ['failed', true]);
    list.retry(own);
    list.fail({
      tempId: 'temp_1',
      clientMessageId: 'id-1',
      error: 'not saved',
      code: 'STORE_FAILED',
    });
    assert.equal(own.state, 'pending');
    list.receive(optimistic(1, { ...sent, _id: 'temp_again' }));
    list.fail({ tempId: 'temp_again', error: 'not saved', code: 'STORE_FAILED' });
    assert.equal(own.state, 'failed');
  });

  it('offers no retry for what cannot succeed', () => {
    const own = list.compose(encodeBody('mine'), 'id-1', me);
    list.fail({ clientMessageId: 'id-1', message: 'too large', code: 'TOO_LARGE' });
    assert.equal(own.retryable, false);
  });

  it('keeps a failed message where it was, and gives its number to the next', () => {
    list.confirm(confirmed(1));
    list.receive(optimistic(2));
    list.fail({ tempId: 'temp_2', error: 'not saved', code: 'STORE_FAILED', retryable: true });
    list.receive(optimistic(2, { _id: 'temp_next', body: encodeBody('next') }));
    list.confirm(confirmed(2, { tempId: 'temp_next', body: encodeBody('next') }));
    assert.deepEqual(shown(), ['n1 confirmed', 'n2 failed', 'next confirmed']);
  });

  it('forgets what others have unconfirmed when a connection was not recovered', () => {
    list.confirm(confirmed(1));
    list.receive(optimistic(2));
    const own = list.compose(encodeBody('mine'), 'id-1', me);
    list.forgetUnconfirmed();
    assert.deepEqual(shown(), ['n1 confirmed', 'mine pending']);
    assert.deepEqual(list.unsettled, [own]);
  });

  it('joins pages of history, and forgets what lies before a gap', () => {
    list.mergeNewest([kept(4), kept(5)]);
    assert.equal(list.hasEarlier, true);
    list.mergeEarlier([kept(1), kept(2), kept(3)]);
    assert.equal(list.hasEarlier, false);
    list.mergeNewest([kept(5), kept(6)]);
    assert.deepEqual(
      list.entries.map((e) => e.seq),
      [1, 2, 3, 4, 5, 6],
    );
    list.confirm(confirmed(12));
    list.mergeNewest([kept(10), kept(11)]);
    assert.deepEqual(
      list.entries.map((e) => e.seq),
      [10, 11, 12],
    );
    assert.equal(list.hasEarlier, true);
  });

  it('reads the text of a delta, and everything else as the text that it is', () => {
    assert.equal(bodyText(encodeBody('two\nlines')), 'two\nlines');
    assert.equal(
      bodyText(
        '{"ops":[{"insert":"a "},{"insert":"b","attributes":{"bold":true}},{"insert":"\\n"}]}',
      ),
      'a b',
    );
    assert.equal(
      bodyText('{"ops":[{"insert":{"image":"data:,"}},{"insert":{"mention":{"value":"ada"}}}]}'),
      '[image]@ada',
    );
    for (const plain of ['plain', '{"ops":', '{"ops":3}', '[1]', 'null', '12', ''])
      assert.equal(bodyText(plain), plain);
  });
});
