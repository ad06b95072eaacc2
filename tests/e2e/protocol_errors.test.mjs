// What a peer that breaks Socket.IO gets: the table of protocol.md 3.2, row by row, on the wire.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RawSocket, frame, opcodes } from './support/raw_ws.mjs';
import { makeUser } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const binary = Buffer.from([1, 2, 3]);
const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;

/** After these packets on a joined socket the connection must be closed. */
const closes = [
  ['an empty list of arguments', '42[]'],
  ['null for arguments', '42null'],
  ['an event named null', '42[null]'],
  ['an event named by an object', '42[{}]'],
  ['an event named true', '42[true]'],
  ['an object for arguments', '42{}'],
  ['a string for arguments', '42"e"'],
  ['broken JSON', '42["e",'],
  ['JSON with something behind it', '42["e"]x'],
  ['single quotes', "42['e']"],
  ['a raw control character in a string', '42["e","\u0001"]'],
  ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']
    .map((name) => [`an event named ${name}`, `42["${name}"]`]),
  ['packet type 7', '47["e"]'],
  ['packet type 9', '49'],
  ['a letter for a packet type', '4abc'],
  ['an empty message', '4'],
  ['CONNECT_ERROR', '44{"message":"x"}'],
  ['a second CONNECT', '40'],
  ['a second CONNECT with a payload', '40{}'],
  ['CONNECT with an array', '40["x"]'],
  ['CONNECT with a string', '40"x"'],
  ['CONNECT with null', '40null'],
  ['an EVENT for a namespace that was not joined', '42/other,["e"]'],
  ['an ACK for a namespace that was not joined', '43/other,1["e"]'],
  ['a DISCONNECT for a namespace that was not joined', '41/other,'],
  ['DISCONNECT with a payload', '41{}'],
  ['an ACK without an array', '431{}'],
  ['an ACK with a string', '431"x"'],
  ['an ACK with broken JSON', '431["x"'],
  ['a bad ack id', '42abc["e"]'],
  ['a binary event without a count', '45["e"]'],
  ['a binary ack without a count', '46["e"]'],
  ['a negative count of attachments', '45-1-["e"]'],
  ['a fractional count of attachments', '451.5-["e"]'],
  ['no attachments in a binary event', '450-["e"]'],
  ['eleven attachments', '4511-["e"]'],
  ['a very large count of attachments', '4599999999999999999999-["e"]'],
  ['text while attachments are pending', `451-["e",${placeholder(0)}]`, '42["e"]'],
  ['a binary message with none pending', binary],
  ['a binary message after the last one', `451-["e",${placeholder(0)}]`, binary, binary],
  ['a placeholder out of range', `451-["e",${placeholder(1)}]`, binary],
  ['a negative placeholder', `451-["e",${placeholder(-1)}]`, binary],
  ['a placeholder that is no number', `451-["e",${placeholder('"0"')}]`, binary],
];

/** After these the connection goes on; what they answer, if anything, is checked. */
const stays = [
  ['an event without arguments', '42["e"]'],
  ['an event with a number for a name', '42[5,1]'],
  ['an event without data', '42'],
  ['an event named connection', '42["connection"]'],
  ['an event named __proto__', '42["__proto__",{"x":1}]'],
  ['an event named constructor', '42["constructor"]'],
  ['an event named toString', '42["toString"]'],
  ['an event with an empty name', '42[""]'],
  ['an ACK with an unknown id', '4312345["x"]'],
  ['an ACK with an enormous id', '4399999999999999999999["x"]'],
  ['white space in the JSON', '42[ "e" , 1 ]'],
  ['the same placeholder twice', `451-["e",${placeholder(0)},${placeholder(0)}]`, binary],
  ['a namespace written out', '42/,["e"]'],
];

describe('a joined socket', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });

  for (const [what, ...packets] of closes) {
    it(`is closed after ${what}`, async () => {
      const socket = await RawSocket.joined(at.server, at.user.token);
      packets.forEach((packet) => socket.send(packet));
      const { code } = await socket.endPolitely(what);
      // Without a code, as Node does it, or as a breach of protocol.
      assert.ok([null, 1005, 1000, 1002, 1008].includes(code), `closed with ${code}`);
    });
  }

  for (const [what, ...packets] of stays) {
    it(`goes on after ${what}`, async () => {
      const socket = await RawSocket.joined(at.server, at.user.token);
      packets.forEach((packet) => socket.send(packet));
      const answer = await socket.ask(77, '4277["still there"]');
      assert.equal(answer.code, 'NOT_FOUND');
      socket.destroy();
    });
  }

  it('reads leading zeros of an ack id', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    socket.send('42007["no such event"]');
    await socket.textThat((text) => text.startsWith('437['));
    socket.destroy();
  });

  it('leaves with 41 silently, and the connection stays', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    // In one burst, and before the new CONNECT a round trip.
    socket.write(frame(opcodes.text, '41'), frame(opcodes.text, '421["ignored"]'), frame(opcodes.ping, 'x'));
    await socket.nextPong();
    socket.send(`40${JSON.stringify({ token: at.user.token })}`);
    const answer = await socket.textThat((text) => !text.startsWith('42'));
    assert.match(answer, /^40\{"sid":"/, 'neither 41 nor an ack comes before the new CONNECT');
    assert.notEqual(JSON.parse(answer.slice(2)).sid, socket.sid);
    assert.equal((await socket.ask(2, '422["x"]')).code, 'NOT_FOUND');
    socket.destroy();
  });
});

describe('a socket that has not joined', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });
  const joins = async (socket) => {
    socket.send(`40${JSON.stringify({ token: at.user.token })}`);
    assert.match(await socket.text(), /^40\{"sid":"[A-Za-z0-9_-]{20}"/);
    socket.destroy();
  };

  for (const packet of ['42["e"]', '421["e"]', '431["e"]', '41', '7', '40["x"]', '40"x"',
    '40null', '40{', '44{}', '4']) {
    it(`is closed after ${packet}`, async () => {
      const socket = await RawSocket.engine(at.server);
      socket.send(packet.startsWith('4') ? packet : `4${packet}`);
      await socket.endPolitely(packet);
    });
  }

  it('is told that a namespace is unknown, and stays', async () => {
    const socket = await RawSocket.engine(at.server);
    for (const name of ['/zz', '/other', '/x/y', '/%2f', '/..']) {
      socket.send(`40${name},{}`);
      assert.equal(await socket.text(), `44${name},{"message":"Invalid namespace"}`);
      socket.send(`40${name}`);
      assert.equal(await socket.text(), `44${name},{"message":"Invalid namespace"}`);
    }
    await joins(socket);
  });

  it('is told why it may not join, and may try again', async () => {
    const socket = await RawSocket.engine(at.server);
    socket.send('40');
    assert.equal(await socket.text(), '44{"message":"Authentication error: Token is required"}');
    socket.send('40{"token":"rubbish"}');
    assert.equal(await socket.text(),
      '44{"message":"Authentication error: Invalid token","data":{"code":"UNAUTHENTICATED"}}');
    await joins(socket);
  });

  it('has a socket id of its own, other than the session id', async () => {
    const socket = await RawSocket.engine(at.server);
    socket.send(`40${JSON.stringify({ token: at.user.token })}`);
    const { sid } = JSON.parse((await socket.text()).slice(2));
    assert.notEqual(sid, socket.handshake.sid);
    socket.destroy();
  });
});
