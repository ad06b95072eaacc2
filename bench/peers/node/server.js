'use strict';
// A chat server on Socket.IO as a careful team writes it: members are cached, a message is sent to
// its readers before it is stored, written by a prepared statement over a pool, and confirmed in
// order. It speaks the events that Rookery speaks, with the same fields.

const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { randomBytes } = require('node:crypto');
const jwt = require('jsonwebtoken');
const { Server } = require('socket.io');
const { Store } = require('./store.js');

const MAX_BODY = 65_536;
const NAMES = {
  channel: { place: 'channelId', received: 'NewMessageReceived', sent: 'channelMessageSent',
    confirmed: 'channelMessageConfirmed', failed: 'channelMessageFailed' },
  room: { place: 'roomId', received: 'roomMessageRecieved', sent: 'roomMessageSent',
    confirmed: 'roomMessageConfirmed', failed: 'roomMessageFailed' },
};

const failure = (code, message) => ({ success: false, message, code });
const success = (message, data) => ({ success: true, message, data });

let counter = randomBytes(3).readUIntBE(0, 3);
const processPart = randomBytes(5).toString('hex');
function newId() {
  counter = (counter + 1) & 0xffffff;
  return Math.floor(Date.now() / 1000).toString(16).padStart(8, '0') + processPart + counter.toString(16).padStart(6, '0');
}

function place(conversation) {
  const { place: key } = NAMES[conversation.kind];
  return conversation.workspaceId ? { [key]: conversation._id, workspaceId: conversation.workspaceId } : { [key]: conversation._id };
}

function optimistic(conversation, message, sender) {
  return { _id: message.tempId, clientMessageId: message.clientMessageId, seq: message.seq, body: message.body,
    image: null, imageKey: null, status: 'unread', ...place(conversation), senderId: sender,
    createdAt: message.createdAt, updatedAt: message.createdAt, isOptimistic: true };
}

function confirmed(conversation, message, sender) {
  const { place: key } = NAMES[conversation.kind];
  return { _id: message.id, tempId: message.tempId, clientMessageId: message.clientMessageId, seq: message.seq,
    body: message.body, image: null, imageKey: null, status: 'unread',
    [key]: { _id: conversation._id, workspaceId: conversation.workspaceId ?? undefined }, senderId: sender,
    createdAt: message.createdAt, updatedAt: message.createdAt, isConfirmed: true };
}

function send(io, store, socket, kind, payload, ack) {
  const answer = typeof ack === 'function' ? ack : () => {};
  const names = NAMES[kind];
  const conversation = store.conversations.get(payload?.[names.place]);
  if (!conversation || conversation.kind !== kind) return answer(failure('NOT_FOUND', `${kind} not found`));
  const { user } = socket.data;
  if (!conversation.members.has(user._id)) return answer(failure('FORBIDDEN', `You do not take part in this ${kind}`));
  const { body, clientMessageId } = payload;
  if (typeof body !== 'string' || body === '' || Buffer.byteLength(body) > MAX_BODY) {
    return answer(failure('INVALID_PAYLOAD', 'body is required'));
  }
  const createdAt = new Date().toISOString();
  const message = { id: newId(), tempId: `temp_${Date.now()}_${Math.random().toString(36).slice(2, 11)}`,
    conversationId: conversation._id, seq: ++conversation.seq, senderId: user._id, clientMessageId, body, createdAt };
  const received = optimistic(conversation, message, user);
  socket.to(conversation._id).emit(names.received, received);
  socket.emit(names.sent, received);
  const stored = store.insert(message).then(() => null, (error) => error);
  // Confirmed in the order of seq, though several connections write.
  conversation.settled = conversation.settled.then(() => stored).then((error) => {
    if (error) {
      io.to(conversation._id).emit(names.failed, { tempId: message.tempId, clientMessageId, seq: message.seq,
        ...place(conversation), error: 'The message could not be stored', code: 'STORE_FAILED', retryable: true });
      answer(failure('STORE_FAILED', 'The message could not be stored'));
      return;
    }
    const final = confirmed(conversation, message, user);
    io.to(conversation._id).emit(names.confirmed, final);
    answer(success('Message sent', final));
  });
}

function join(store, socket, kind, payload, ack) {
  const answer = typeof ack === 'function' ? ack : () => {};
  const conversation = store.conversations.get(payload?.[NAMES[kind].place]);
  if (!conversation?.members.has(socket.data.user._id)) return answer(failure('FORBIDDEN', `You do not take part in this ${kind}`));
  socket.join(conversation._id);
  answer(success(`Successfully joined the ${kind}`, { ...place(conversation), lastSeq: conversation.seq }));
}

async function main() {
  const store = await Store.open(process.env.DATABASE_URL, process.env.LISTS);
  const { CERTIFICATE: certificate, KEY: key, DEFLATE: deflate } = process.env;
  const web = certificate ? https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }) : http.createServer();
  const io = new Server(web, { maxHttpBufferSize: 1_000_000, perMessageDeflate: deflate ? { threshold: 1024 } : false });
  io.use((socket, next) => {
    const token = socket.handshake.headers['access-token'] ?? socket.handshake.auth.token;
    if (!token) return next(new Error('Authentication error: Token is required'));
    try {
      const claims = jwt.verify(token, process.env.SECRET, { algorithms: ['HS256'] });
      const user = store.users.get(claims.id);
      if (!user) throw new Error('no such user');
      socket.data.user = user;
      next();
    } catch {
      next(new Error('Authentication error: Invalid token'));
    }
  });
  io.on('connection', (socket) => {
    const { user } = socket.data;
    socket.join(`${user.username}-${user._id}`);
    socket.on('NewMessage', (payload, ack) => send(io, store, socket, 'channel', payload, ack));
    socket.on('roomMessage', (payload, ack) => send(io, store, socket, 'room', payload, ack));
    socket.on('JoinChannel', (payload, ack) => join(store, socket, 'channel', payload, ack));
    socket.on('joinRoom', (payload, ack) => join(store, socket, 'room', payload, ack));
  });
  web.listen(0, '127.0.0.1', () => console.log(`listening on ${certificate ? 'https' : 'http'}://127.0.0.1:${web.address().port}`));
  process.on('SIGTERM', () => process.exit(0));
}

main();
