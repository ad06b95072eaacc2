// RFC 6455 on the wire: masking, fragments, control frames, UTF-8, close codes, sizes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keys } from './support/keys.mjs';
import { RawSocket, closePayload, frame, opcodes } from './support/raw_ws.mjs';
import { makeUser } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const { more, text, binary, close, ping, pong } = opcodes;
const bytes = (...list) => Buffer.from(list);

const breaches = [
  ['an unmasked frame', 1002, [frame(text, '3', { mask: false })]],
  ['reserved bit 1', 1002, [frame(text, '3', { rsv: 4 })]],
  ['reserved bit 2', 1002, [frame(text, '3', { rsv: 2 })]],
  ['reserved bit 3', 1002, [frame(text, '3', { rsv: 1 })]],
  ['reserved opcode 3', 1002, [frame(3, 'x')]],
  ['reserved opcode 7', 1002, [frame(7, 'x')]],
  ['reserved opcode 11', 1002, [frame(11, 'x')]],
  ['reserved opcode 15', 1002, [frame(15, 'x')]],
  ['a fragmented ping', 1002, [frame(ping, 'x', { fin: false })]],
  ['a fragmented close', 1002, [frame(close, closePayload(1000), { fin: false })]],
  ['a ping of 126 bytes', 1002, [frame(ping, 'x'.repeat(126))]],
  ['a continuation of nothing', 1002, [frame(more, 'x')]],
  ['a new message inside a fragmented one', 1002, [frame(text, '3', { fin: false }), frame(text, '3')]],
  ['a close frame with one byte', 1002, [frame(close, bytes(3))]],
  ['a close frame with code 999', 1002, [frame(close, closePayload(999))]],
  ['a close frame with code 1004', 1002, [frame(close, closePayload(1004))]],
  ['a close frame with code 1005', 1002, [frame(close, closePayload(1005))]],
  ['a close frame with code 1006', 1002, [frame(close, closePayload(1006))]],
  ['a close frame with code 5000', 1002, [frame(close, closePayload(5000))]],
  ['a close reason that is no UTF-8', 1007, [frame(close, Buffer.concat([closePayload(1000), bytes(0xff)]))]],
  ['text that is no UTF-8', 1007, [frame(text, bytes(0x34, 0xff))]],
  ['an overlong encoding', 1007, [frame(text, bytes(0x34, 0xc0, 0xaf))]],
  ['an encoded surrogate', 1007, [frame(text, bytes(0x34, 0xed, 0xa0, 0x80))]],
  ['a code point beyond Unicode', 1007, [frame(text, bytes(0x34, 0xf4, 0x90, 0x80, 0x80))]],
  ['text that ends inside a character', 1007, [frame(text, bytes(0x34, 0xe2, 0x82))]],
  ['bad UTF-8 over two fragments', 1007,
    [frame(text, bytes(0x34, 0xe2), { fin: false }), frame(more, bytes(0x28, 0xa1))]],
];

describe('a WebSocket', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });
  const alive = async (socket, id = 1) => {
    assert.equal((await socket.ask(id, `42${id}["still there"]`)).code, 'NOT_FOUND');
  };

  for (const [what, code, frames] of breaches) {
    it(`is closed with ${code} after ${what}`, async () => {
      const socket = await RawSocket.joined(at.server, at.user.token);
      socket.write(...frames);
      assert.equal((await socket.endPolitely(what)).code, code);
    });
  }

  it('puts fragments together, control frames in between', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    const packet = Buffer.from('425["ünïcödé €"]');
    socket.write(frame(text, packet.subarray(0, 1), { fin: false }), frame(ping, 'between'));
    for (let from = 1; from < packet.length; from++) {
      socket.write(frame(more, packet.subarray(from, from + 1), { fin: from === packet.length - 1 }));
    }
    const reply = await socket.next(({ opcode }) => opcode === pong, 'a pong');
    assert.equal(reply.data.toString(), 'between');
    assert.equal((await socket.ask(5)).code, 'NOT_FOUND');
    socket.destroy();
  });

  it('takes empty fragments', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    socket.write(frame(text, '', { fin: false }), frame(more, '421["e"]', { fin: false }), frame(more, ''));
    assert.equal((await socket.ask(1)).code, 'NOT_FOUND');
    socket.destroy();
  });

  it('reads a frame that comes byte by byte', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    for (const byte of frame(text, '421["e"]')) {
      await new Promise((resolve) => socket.socket.write(Buffer.from([byte]), resolve));
    }
    assert.equal((await socket.ask(1)).code, 'NOT_FOUND');
    socket.destroy();
  });

  it('reads many frames that come at once', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    const ids = Array.from({ length: 500 }, (_, id) => id);
    socket.write(...ids.map((id) => frame(text, `42${id}["e"]`)));
    for (const id of ids) assert.equal((await socket.ask(id)).code, 'NOT_FOUND');
    socket.destroy();
  });

  it('reads lengths of 7, 16 and 64 bits', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    for (const [id, length] of [[1, 10], [2, 125], [3, 126], [4, 60_000], [5, 65_535], [6, 65_536], [7, 900_000]]) {
      const answer = await socket.ask(id, `42${id}["e","${'x'.repeat(length)}"]`);
      assert.equal(answer.code, 'NOT_FOUND', `length ${length}`);
    }
    socket.destroy();
  });

  it('answers a ping with the same bytes, and ignores a pong', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    for (const payload of ['', 'x', 'y'.repeat(125)]) {
      socket.write(frame(pong, 'unasked'), frame(ping, payload));
      const reply = await socket.next(({ opcode }) => opcode === pong, 'a pong');
      assert.equal(reply.data.toString(), payload);
    }
    await alive(socket);
    socket.destroy();
  });

  for (const [what, payload, expected] of [['without a code', '', [1005, 1000]],
    ['with 1000', closePayload(1000, 'bye'), [1000]], ['with 3999', closePayload(3999), [3999]],
    ['with 1001', closePayload(1001), [1001]]]) {
    it(`answers a close ${what} and ends the connection`, async () => {
      const socket = await RawSocket.joined(at.server, at.user.token);
      socket.write(frame(close, payload));
      const { code } = await socket.end();
      assert.ok(expected.includes(code), String(code));
    });
  }

  it('reads nothing after a close', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    socket.write(frame(close, closePayload(1000)), frame(text, '421["too late"]'));
    await socket.end();
    assert.deepEqual(socket.unread().filter((packet) => packet.startsWith('431')), []);
  });

  it('takes a message of exactly the limit', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    const [head, tail] = ['428["e","', '"]'];
    const packet = head + 'x'.repeat(1_000_000 - head.length - tail.length) + tail;
    assert.equal((await socket.ask(8, packet)).code, 'NOT_FOUND');
    socket.destroy();
  });

  it('is closed with 1009 above it', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    socket.send('x'.repeat(1_000_001));
    assert.equal((await socket.endPolitely()).code, 1009);
  });

  it('is closed with 1009 by the head alone', async () => {
    for (const length of [1_000_001, 2 ** 40]) {
      const socket = await RawSocket.joined(at.server, at.user.token);
      socket.write(frame(binary, '', { length }));
      assert.equal((await socket.endPolitely()).code, 1009);
    }
  });

  it('is closed with 1002 or 1009 for a length that no number holds', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    const impossible = Buffer.concat([bytes(0x81, 0xff), Buffer.alloc(8, 0xff), Buffer.alloc(4)]);
    socket.write(impossible);
    assert.ok([1002, 1009].includes((await socket.endPolitely()).code));
  });

  it('is closed with 1009 when fragments add up to more', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    socket.write(frame(text, 'x'.repeat(600_000), { fin: false }), frame(more, 'x'.repeat(600_000)));
    assert.equal((await socket.endPolitely()).code, 1009);
  });

  it('is closed when a message has very many fragments', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    const fragment = frame(more, '', { fin: false });
    socket.write(frame(text, '4', { fin: false }), Buffer.alloc(fragment.length * 200_000, fragment));
    const { code } = await socket.endPolitely();
    assert.ok([1008, 1009, null].includes(code), String(code));
  });

  it('may vanish without a word, and the others go on', async () => {
    const stays = await RawSocket.joined(at.server, at.user.token);
    for (let round = 0; round < 20; round++) {
      const goes = await RawSocket.joined(at.server, at.user.token);
      goes.write(frame(text, '42["half', { fin: false }));
      goes.destroy();
    }
    await alive(stays);
    stays.destroy();
  });
});

describe('the size limit of a WebSocket message', () => {
  const at = useServer({ set: { [keys.maxPayload]: 2_000 } }, async (it) => {
    it.user = await makeUser(it.server);
  });

  it('is configured, and said in the handshake', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    assert.equal(socket.handshake.maxPayload, 2_000);
    socket.send('x'.repeat(2_001));
    assert.equal((await socket.endPolitely()).code, 1009);
  });
});
