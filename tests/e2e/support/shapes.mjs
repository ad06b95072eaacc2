// The shapes of rest.md and events.md, checked key by key.

import assert from 'node:assert/strict';

export const idPattern = /^[0-9a-f]{24}$/;
export const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const tempPattern = /^temp_\d{13}_[0-9a-z]{9}$/;

/** Exactly these keys: all of `required`, and of others only those in `optional`. */
export function assertKeys(object, required, optional = []) {
  assert.equal(typeof object, 'object');
  assert.notEqual(object, null);
  const keys = Object.keys(object);
  const missing = required.filter((key) => !keys.includes(key));
  const foreign = keys.filter((key) => !required.includes(key) && !optional.includes(key));
  assert.deepEqual({ missing, foreign }, { missing: [], foreign: [] },
    `keys of ${JSON.stringify(object).slice(0, 400)}`);
}

export const assertTime = (value) => assert.match(String(value), timePattern);
export const assertId = (value) => assert.match(String(value), idPattern);

/** An optimistic message. `where` is {roomId} or {channelId, workspaceId}. */
export function assertOptimistic(message, { where, sender, body, clientMessageId }) {
  assertKeys(message,
    ['_id', 'seq', 'body', 'image', 'imageKey', 'status', ...Object.keys(where), 'senderId',
      'createdAt', 'updatedAt', 'isOptimistic', ...(clientMessageId ? ['clientMessageId'] : [])],
    ['parentId']);
  assert.match(message._id, tempPattern);
  assert.ok(Number.isInteger(message.seq) && message.seq >= 1);
  assert.equal(message.body, body);
  assert.equal(message.status, 'unread');
  for (const [key, value] of Object.entries(where)) assert.equal(message[key], value);
  assert.deepEqual(message.senderId, sender.user);
  assertTime(message.createdAt);
  assertTime(message.updatedAt);
  assert.equal(message.isOptimistic, true);
  if (clientMessageId) assert.equal(message.clientMessageId, clientMessageId);
}

/** What a confirmed message says, given the optimistic one that it settles. */
export function assertConfirmed(message, { optimistic, sender, kind }) {
  const place = kind === 'room' ? ['roomId'] : ['channelId', 'workspaceId'];
  const withId = optimistic.clientMessageId !== undefined ? ['clientMessageId'] : [];
  assertKeys(message,
    ['_id', 'tempId', 'seq', 'body', 'image', 'imageKey', 'status', ...place, 'senderId',
      'createdAt', 'updatedAt', 'isConfirmed', '_doc', ...withId],
    ['parentId', 'commitNo']);
  assertId(message._id);
  assert.equal(message.tempId, optimistic._id);
  for (const key of ['seq', 'body', 'image', 'imageKey', 'clientMessageId', 'createdAt', 'senderId']) {
    assert.deepEqual(message[key], optimistic[key], key);
  }
  assert.equal(message.status, 'unread');
  assert.deepEqual(message.senderId, sender.user);
  assert.equal(message.isConfirmed, true);
  assertTime(message.updatedAt);
  const idKey = kind === 'room' ? 'roomId' : 'channelId';
  if (kind === 'room') {
    assertKeys(message.roomId, ['_id', 'senderId', 'recieverId', 'status', 'createdAt', 'updatedAt']);
    assertId(message.roomId.senderId);
    assertId(message.roomId.recieverId);
    assert.equal(message.roomId.status, 'active');
  } else {
    assertKeys(message.channelId, ['_id', 'name', 'workspaceId', 'createdAt', 'updatedAt']);
    assert.equal(message.workspaceId, optimistic.workspaceId);
    assert.equal(message.channelId.workspaceId, optimistic.workspaceId);
    assert.ok(message.channelId.name.length > 0);
  }
  assert.equal(message[idKey]._id, optimistic[idKey]);
  assertTime(message[idKey].createdAt);
  assertTime(message[idKey].updatedAt);
  assert.deepEqual(message._doc, { _id: message._id, tempId: message.tempId,
    [idKey]: optimistic[idKey], body: message.body, createdAt: message.createdAt });
}

/** The ack of a message that was confirmed. */
export function assertMessageAck(answer, confirmed) {
  assertKeys(answer, ['success', 'message', 'data', 'timing', 'delivery']);
  assert.equal(answer.success, true, answer.message);
  assert.equal(typeof answer.message, 'string');
  const { _doc: ignored, ...data } = answer.data;
  const { _doc: alsoIgnored, ...event } = confirmed;
  assert.deepEqual(data, event);
  assertKeys(answer.timing, ['emitTime', 'dbTime']);
  const { emitTime, dbTime } = answer.timing;
  assert.ok(Number.isFinite(emitTime) && Number.isFinite(dbTime));
  assert.ok(emitTime >= 0 && dbTime > 0 && dbTime >= emitTime, JSON.stringify(answer.timing));
  assertKeys(answer.delivery, ['onlineUsers', 'offlineUsers', 'notificationsSent']);
  for (const count of Object.values(answer.delivery)) {
    assert.ok(Number.isInteger(count) && count >= 0, JSON.stringify(answer.delivery));
  }
}

/** A refusal by ack. */
export function assertRefused(answer, code, message) {
  assert.equal(answer?.success, false, JSON.stringify(answer)?.slice(0, 300));
  const codes = Array.isArray(code) ? code : [code];
  assert.ok(codes.includes(answer.code), `${codes} expected: ${JSON.stringify(answer).slice(0, 300)}`);
  assert.equal(typeof answer.message, 'string');
  assert.notEqual(answer.message, '');
  if (message !== undefined) assert.equal(answer.message, message);
  if ('error' in answer) assert.equal(answer.error, answer.message);
}

/** Envelope A of rest.md; answers its data. */
export function envelopeA(answer, status = 200) {
  assert.equal(answer.status, status, answer.text);
  assertKeys(answer.body, ['success', 'messgae', 'message', 'data']);
  assert.equal(answer.body.success, true);
  assert.equal(answer.body.messgae, answer.body.message);
  assert.equal(typeof answer.body.message, 'string');
  return answer.body.data;
}

/** Envelope B. */
export function envelopeB(answer, status = 200) {
  assert.equal(answer.status, status, answer.text);
  assertKeys(answer.body, ['success', 'message', 'data', 'err']);
  assert.equal(answer.body.success, true);
  assert.equal(typeof answer.body.message, 'string');
  assert.deepEqual(answer.body.err, {});
  return answer.body.data;
}

/** Envelope C: B around {data, messgae, message}. */
export function envelopeC(answer, status = 200) {
  const inner = envelopeB(answer, status);
  assertKeys(inner, ['data', 'messgae', 'message']);
  assert.equal(inner.messgae, inner.message);
  return inner.data;
}

/** A failure over REST; answers its `err`. */
export function failure(answer, status, message) {
  assert.equal(answer.status, status, answer.text);
  assertKeys(answer.body, ['success', 'err', 'data', 'message']);
  assert.equal(answer.body.success, false);
  assert.deepEqual(answer.body.data, {});
  assert.ok(typeof answer.body.err === 'string' || Array.isArray(answer.body.err), answer.text);
  if (message instanceof RegExp) assert.match(answer.body.message, message);
  else if (message !== undefined) assert.equal(answer.body.message, message);
  return answer.body.err;
}

/** A user as REST shows it. */
export function assertUser(user, expected) {
  assertKeys(user, ['_id', 'username', 'email', 'avatar', 'name', 'about', 'createdAt', 'updatedAt']);
  assertId(user._id);
  assertTime(user.createdAt);
  assertTime(user.updatedAt);
  assertAvatar(user.avatar);
  if (expected) {
    assert.equal(user.username, expected.username);
    assert.equal(user.email, expected.email);
  }
}

export const assertAvatar = (url) => assert.match(url, /^https?:\/\/[^/]+\/.*\.(png|jpe?g|gif|svg|webp)$/);

/** A user inside another object: at least what `user` in payloads has. */
export function assertPopulated(user, expected) {
  assertKeys(user, ['_id', 'username', 'email', 'avatar'], ['name', 'about', 'createdAt', 'updatedAt']);
  assert.deepEqual({ _id: user._id, username: user.username, email: user.email },
    { _id: expected.id, username: expected.username, email: expected.email });
}
