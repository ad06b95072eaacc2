'use strict';
// The REST of a chat as a good team writes it with Express and pg: prepared queries, one for each
// list, a pool of connections, tokens verified and their user looked up. It reads the very tables
// that the server it is compared with has filled.

const argon2 = require('argon2');
const express = require('express');
const jwt = require('jsonwebtoken');
const { Pool } = require('pg');

const { DATABASE_URL, SECRET, PUBLIC_URL = 'http://127.0.0.1:3000' } = process.env;
const pool = new Pool({ connectionString: DATABASE_URL, max: 10 });
const query = (name, text, values) => pool.query({ name, text, values }).then(({ rows }) => rows);

const userColumns = (table, as) => ['id', 'username', 'email', 'avatar', 'name', 'about', 'created_at', 'updated_at']
  .map((column) => `${table}.${column} AS ${as}_${column}`).join(', ');
const hex = (id) => id.toString('hex');
const time = (ms) => new Date(Number(ms)).toISOString();

const userOf = (row, as) => ({
  _id: hex(row[`${as}_id`]), username: row[`${as}_username`], email: row[`${as}_email`],
  avatar: row[`${as}_avatar`].startsWith('/') ? PUBLIC_URL + row[`${as}_avatar`] : row[`${as}_avatar`],
  name: row[`${as}_name`], about: row[`${as}_about`],
  createdAt: time(row[`${as}_created_at`]), updatedAt: time(row[`${as}_updated_at`]),
});
const messageOf = (row) => ({
  _id: hex(row.m_id), body: row.m_body, image: row.m_image, status: Number(row.m_status) === 0 ? 'unread' : 'read',
  seq: Number(row.m_seq), roomId: hex(row.m_conversation_id), senderId: userOf(row, 'sender'),
  createdAt: time(row.m_created_at), updatedAt: time(row.m_edited_at ?? row.m_created_at),
});
const messageColumns = ['id', 'body', 'image', 'status', 'seq', 'conversation_id', 'created_at', 'edited_at']
  .map((column) => `m.${column} AS m_${column}`).join(', ');

const app = express();
app.disable('x-powered-by');
app.set('etag', false);
app.use(express.json());

const failure = (response, status, message) => response.status(status).json({ success: false, err: message, data: {}, message });
const handled = (handler) => (request, response, next) => handler(request, response, next).catch(next);

const signedIn = handled(async (request, response, next) => {
  let claims;
  try {
    claims = jwt.verify(request.headers['access-token'] ?? '', SECRET, { algorithms: ['HS256'] });
  } catch {
    return failure(response, 403, 'Invalid auth token provided');
  }
  const [user] = await query('user', 'SELECT disabled FROM users WHERE id = $1', [Buffer.from(claims.id, 'hex')]);
  if (!user || Number(user.disabled) !== 0) return failure(response, 403, 'Invalid auth token provided');
  request.userId = Buffer.from(claims.id, 'hex');
  return next();
});

app.post('/api/v1/users/signin', handled(async (request, response) => {
  const { loginType, password } = request.body;
  const column = loginType === 'email' ? 'email' : 'username';
  const [user] = await query(`by-${column}`, `SELECT * FROM users WHERE lower(${column}) = lower($1)`, [request.body[column]]);
  if (!user) return failure(response, 404, 'User not found');
  if (!(await argon2.verify(user.password_hash, password))) return failure(response, 400, 'Invalid password');
  const claims = { id: hex(user.id), email: user.email, username: user.username };
  const data = { ...claims, avatar: PUBLIC_URL + user.avatar, name: user.name, about: user.about, token: jwt.sign(claims, SECRET, { expiresIn: '1d' }) };
  return response.status(202).json({ success: true, message: 'Successfully signed in', data, err: {} });
}));

const roomList = `SELECT r.id, r.status, r.created_at, r.updated_at, ${userColumns('s', 's')}, ${userColumns('o', 'o')},
    ${messageColumns}, ${userColumns('w', 'sender')}
  FROM rooms AS r JOIN users AS s ON s.id = r.sender_id JOIN users AS o ON o.id = r.reciever_id
  LEFT JOIN LATERAL (SELECT * FROM messages AS l WHERE l.conversation_id = r.id AND l.deleted_at IS NULL
    ORDER BY l.seq DESC LIMIT 1) AS m ON true
  LEFT JOIN users AS w ON w.id = m.sender_id
  WHERE r.sender_id = $1 OR r.reciever_id = $1 ORDER BY coalesce(m.created_at, r.created_at) DESC`;
const roomStates = ['active', 'blocked', 'muted'];

app.get('/api/v1/room', signedIn, handled(async (request, response) => {
  const rows = await query('rooms', roomList, [request.userId]);
  const data = rows.map((row) => ({ _id: hex(row.id), senderId: userOf(row, 's'), recieverId: userOf(row, 'o'),
    status: roomStates[Number(row.status)], createdAt: time(row.created_at), updatedAt: time(row.updated_at),
    lastMessage: row.m_id ? messageOf(row) : null }));
  response.json({ success: true, messgae: 'Rooms fetched', message: 'Rooms fetched', data });
}));

const messagePage = `SELECT ${messageColumns}, ${userColumns('w', 'sender')} FROM messages AS m JOIN users AS w ON w.id = m.sender_id
  WHERE m.conversation_id = $1 AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT $2 OFFSET $3`;

app.get('/api/v1/directMessages/:roomId', signedIn, handled(async (request, response) => {
  const roomId = Buffer.from(request.params.roomId, 'hex');
  const limit = Math.min(Number(request.query.limit ?? 20), 100);
  const page = Math.max(Number(request.query.page ?? 1), 1);
  const [room] = await query('room', 'SELECT sender_id, reciever_id FROM rooms WHERE id = $1', [roomId]);
  if (!room) return failure(response, 404, 'Room not found');
  if (![room.sender_id, room.reciever_id].some((id) => id.equals(request.userId))) {
    return failure(response, 401, 'You do not take part in this room');
  }
  const rows = await query('page', messagePage, [roomId, limit, (page - 1) * limit]);
  const data = { data: rows.reverse().map(messageOf), messgae: 'Messages fetched', message: 'Messages fetched' };
  return response.json({ success: true, message: 'Messages fetched', data, err: {} });
}));

app.use((error, request, response, next) => { // Express knows an error handler by its four arguments
  console.error(error);
  failure(response, 500, 'Internal Server Error', next);
});

const server = app.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => pool.end());
});
