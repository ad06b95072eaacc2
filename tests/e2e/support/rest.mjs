// REST as a client speaks it, and the accounts, rooms and channels that tests need, made through it.

import assert from 'node:assert/strict';
import './contract.mjs';
import { randomBytes } from 'node:crypto';
import { deadlineMs } from './wait.mjs';

/** One request: {status, headers, body (parsed when it is JSON), text}. */
export async function call(server, method, path, { token, body, headers = {}, raw } = {}) {
  const outside = ['/ping', '/healthz', '/readyz', '/metrics', '/debug', '/docs', '/socket.io', '/api'];
  const url = outside.some((prefix) => path.startsWith(prefix)) || path === '/'
    ? server.url + path : `${server.url}/api/v1${path}`;
  const response = await fetch(url, {
    method,
    headers: {
      ...(token ? { 'access-token': token } : {}),
      ...(body !== undefined ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    body: raw !== undefined ? raw : body !== undefined ? JSON.stringify(body) : undefined,
    signal: AbortSignal.timeout(deadlineMs),
  });
  const text = await response.text();
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  return { status: response.status, headers: response.headers, body: parsed, text };
}

async function ok(server, method, path, options) {
  const answer = await call(server, method, path, options);
  assert.ok(answer.status < 300 && answer.body?.success === true,
    `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body.data;
}

let made = 0;
export const freshName = (stem = 'user') =>
  `${stem}_${process.pid.toString(36)}_${(++made).toString(36)}_${randomBytes(3).toString('hex')}`;

/** Signs up and in: {id, username, email, password, avatar, token, user}. */
export async function makeUser(server, stem) {
  const username = freshName(stem);
  const account = { username, email: `${username}@example.org`, password: `Pw-${username}-1` };
  const created = await ok(server, 'POST', '/users/signup', { body: account });
  const token = await signIn(server, account);
  const user = { _id: created._id, username, email: account.email, avatar: created.avatar };
  return { ...account, id: created._id, avatar: created.avatar, token, user };
}

/** A fresh token for an account that exists. */
export async function signIn(server, { username, password }) {
  const body = { loginType: 'username', username, password };
  return (await ok(server, 'POST', '/users/signin', { body })).token;
}

export const makeUsers = async (server, count, stem) => {
  const users = [];
  while (users.length < count) {
    const batch = Math.min(4, count - users.length);
    users.push(...(await Promise.all(Array.from({ length: batch }, () => makeUser(server, stem)))));
  }
  return users;
};

/** The one-to-one room of a pair, as the REST answer has it. */
export const makeRoom = (server, one, other) =>
  ok(server, 'POST', '/room', { token: one.token, body: { recieverId: other.id } });

/** A workspace with `members` joined: {id, joinCode, general: {id, name}}. */
export async function makeWorkspace(server, admin, members = []) {
  const created = await ok(server, 'POST', '/workspace',
    { token: admin.token, body: { name: freshName('space'), description: 'made by a test' } });
  for (const member of members) {
    await ok(server, 'PUT', `/workspace/join/${created._id}`,
      { token: member.token, body: { joinCode: created.joinCode } });
  }
  const general = created.channels.find(({ name }) => name === 'general');
  return { id: created._id, joinCode: created.joinCode, general: { id: general._id, name: 'general' } };
}

/** A further channel: {id, name}. */
export async function makeChannel(server, admin, workspace, name = freshName('channel')) {
  const after = await ok(server, 'PUT', `/workspace/${workspace.id}/channel`,
    { token: admin.token, body: { channelName: name } });
  return { id: after.channels.find((channel) => channel.name === name)._id, name };
}

/** An address for one upload: {presignedUrl, time}. */
export const presign = async (server, user, fileName, contentType = '') => (await ok(server, 'GET',
  `/messages/pre-signed-url?fileName=${encodeURIComponent(fileName)}&contentType=${encodeURIComponent(contentType)}`,
  { token: user.token })).data;

/** The address without its signature: where the file is shown. */
export const bare = (url) => url.slice(0, url.indexOf('?'));

/** Uploads a file, and answers what a message names it by: {image, filename, timeStamp}. */
export async function upload(server, user, filename, bytes = 'content', type = 'text/plain') {
  const { presignedUrl, time } = await presign(server, user, filename, type);
  const stored = await fetch(presignedUrl, { method: 'PUT', body: bytes, headers: { 'content-type': type } });
  assert.equal(stored.status, 200, await stored.text());
  return { image: bare(presignedUrl), filename, timeStamp: time };
}

/** All messages of a conversation in order of seq, read page by page over REST. */
export async function readHistory(server, user, conversationId) {
  const messages = [];
  for (;;) {
    const after = messages.length === 0 ? 0 : messages[messages.length - 1].seq;
    const path = `/conversations/${conversationId}/messages?after=${after}&limit=100`;
    const page = await ok(server, 'GET', path, { token: user.token });
    assert.ok(Array.isArray(page.messages), `no messages in ${JSON.stringify(page).slice(0, 300)}`);
    messages.push(...page.messages);
    if (!page.hasMore) return messages;
    assert.notEqual(page.messages.length, 0, 'a page that says hasMore holds messages');
  }
}

/** The value of a metric, summed over its series; `labels` narrows them down. */
export async function metric(server, name, labels = '') {
  const { text } = await call(server, 'GET', '/metrics');
  const lines = text.split('\n').filter((line) =>
    (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && line.includes(labels));
  assert.notEqual(lines.length, 0, `no metric ${name} ${labels}`);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
