// Call signalling: who gets what, and that nobody speaks for another.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, personalRoom, settled } from './support/client.mjs';
import { makeRoom, makeUsers } from './support/rest.mjs';
import { assertKeys, assertRefused, idPattern } from './support/shapes.mjs';
import { bothTransports, useServer } from './support/suite.mjs';

const person = ({ id, username, email }) => ({ id, username, email });
const offer = { type: 'offer', sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\n' };
const answer = { type: 'answer', sdp: 'v=0\r\no=- 3 4 IN IP4 127.0.0.1\r\ns=-\r\n' };
const candidate = { candidate: 'candidate:1 1 UDP 2122252543 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };
const signals = ['IncomingCallNotification', 'newAnswer', 'ice-candidate', 'newIce-candidate', 'renegotiation-request'];
const signalsOf = (client) => client.heard.filter(({ event }) => signals.includes(event));
const success = (ack, data) => {
  assertKeys(ack, ['success', 'message', 'data']);
  assert.equal(ack.success, true, ack.message);
  assert.deepEqual(ack.data, data);
};

for (const transport of bothTransports) {
  describe(`call signalling over ${transport}`, () => {
    const options = { transports: [transport] };
    const at = useServer({});
    /** A pair that has never called each other, with two devices on either side. */
    const pair = async () => {
      const [ada, bob] = await makeUsers(at.server, 2);
      const room = await makeRoom(at.server, ada, bob);
      const [laptop, phone] = [await connect(at.server, ada, options), await connect(at.server, ada, options)];
      const [desk, tablet] = [await connect(at.server, bob, options), await connect(at.server, bob, options)];
      const to = { room: room._id, user: person(bob) };
      return { ada, bob, room, laptop, phone, desk, tablet, from: person(ada), to };
    };

    it('forwards an offer to all sockets of the callee, joined or not', async () => {
      const p = await pair();
      const ack = await p.laptop.ask('offer', { from: p.from, to: p.to, offer });
      const heard = await p.desk.hear('IncomingCallNotification');
      assertKeys(heard, ['offer', 'from', 'to', 'callId']);
      assert.deepEqual({ ...heard, callId: '' }, { offer, from: p.from, to: p.to, callId: '' });
      assert.match(heard.callId, idPattern);
      success(ack, heard);
      assert.deepEqual(await p.tablet.hear('IncomingCallNotification'), heard);
      await settled(p.laptop, p.phone);
      assert.deepEqual([...signalsOf(p.laptop), ...signalsOf(p.phone)], [], 'not back to the caller');
    });

    it('forwards an answer to the offering socket', async () => {
      const p = await pair();
      await p.laptop.ask('offer', { from: p.from, to: p.to, offer });
      await p.desk.hear('IncomingCallNotification');
      const mine = { answer, from: person(p.bob), to: { room: p.room._id, user: p.from } };
      const ack = await p.desk.ask('answer', mine);
      const heard = await p.laptop.hear('newAnswer');
      assert.deepEqual(heard, { answer, from: person(p.bob) });
      success(ack, heard);
      await settled(p.desk);
      assert.equal(p.desk.all('newAnswer').length, 0);
    });

    it('knows who answers by the socket, when from and to are the offer sent back', async () => {
      const p = await pair();
      await p.laptop.ask('offer', { from: p.from, to: p.to, offer });
      const { from, to } = await p.desk.hear('IncomingCallNotification');
      const ack = await p.desk.ask('answer', { answer, from, to });
      const heard = await p.laptop.hear('newAnswer');
      assert.deepEqual(heard, { answer, from });
      success(ack, heard);
    });

    it('forwards candidates under both names, both ways, before and after the answer', async () => {
      const p = await pair();
      const fromAda = { candidate, from: p.from, to: p.to };
      success(await p.laptop.ask('ice-candidate', fromAda), fromAda);
      for (const device of [p.desk, p.tablet]) {
        for (const event of ['ice-candidate', 'newIce-candidate']) {
          assert.deepEqual(await device.hear(event), fromAda, `${event} before the offer`);
        }
      }
      await p.laptop.ask('offer', { from: p.from, to: p.to, offer });
      const fromBob = { candidate: { ...candidate, sdpMid: '1' }, from: person(p.bob),
        to: { room: p.room._id, user: p.from } };
      success(await p.desk.ask('ice-candidate', fromBob), fromBob);
      for (const event of ['ice-candidate', 'newIce-candidate']) {
        assert.deepEqual(await p.laptop.hear(event), fromBob, `${event} before the answer`);
      }
      await p.desk.ask('answer', { answer, from: person(p.bob), to: fromBob.to });
      const late = { ...fromAda, candidate: { ...candidate, sdpMid: '2' } };
      success(await p.laptop.ask('ice-candidate', late), late);
      await p.desk.hear('newIce-candidate', (it) => it.candidate.sdpMid === '2');
    });

    it('keeps the order of many candidates', async () => {
      const p = await pair();
      const count = 150;
      await Promise.all(Array.from({ length: count }, (_, index) => p.laptop.ask('ice-candidate',
        { candidate: { ...candidate, sdpMLineIndex: index }, from: p.from, to: p.to })));
      const heard = await p.desk.hearMany('newIce-candidate', count);
      assert.deepEqual(heard.map((it) => it.candidate.sdpMLineIndex), Array.from({ length: count }, (_, i) => i));
    });

    it('forwards a renegotiation', async () => {
      const p = await pair();
      await p.laptop.ask('offer', { from: p.from, to: p.to, offer });
      await p.desk.hear('IncomingCallNotification');
      await p.desk.ask('answer', { answer, from: person(p.bob), to: { room: p.room._id, user: p.from } });
      const asked = { from: p.from, to: p.to };
      success(await p.laptop.ask('renegotiation-needed', asked), asked);
      assert.deepEqual(await p.desk.hear('renegotiation-request'), asked);
    });

    it('goes by the user, also when the room is null or out of date', async () => {
      const p = await pair();
      for (const room of [null, 'ffffffffffffffffffffffff', 'undefined', personalRoom(p.bob)]) {
        const to = { room, user: person(p.bob) };
        const ack = await p.laptop.ask('ice-candidate', { candidate, from: p.from, to });
        assert.equal(ack.success, true, `${room}: ${ack.message}`);
        await p.desk.hear('newIce-candidate', (it) => it.to.room === room);
      }
      const ack = await p.laptop.ask('offer', { offer, from: p.from, to: { room: null, user: person(p.bob) } });
      assert.equal(ack.success, true, ack.message);
      assert.equal((await p.desk.hear('IncomingCallNotification')).to.room, null);
    });

    it('goes by the room, when no user is named', async () => {
      const p = await pair();
      await p.laptop.ask('offer', { offer, from: p.from, to: p.to });
      const ack = await p.laptop.ask('ice-candidate', { candidate, from: p.from, to: { room: p.room._id } });
      assert.equal(ack.success, true, ack.message);
      await p.desk.hear('newIce-candidate');
    });

    it('passes after the first answer only between the two sockets', async () => {
      const p = await pair();
      await p.laptop.ask('offer', { offer, from: p.from, to: p.to });
      await p.tablet.hear('IncomingCallNotification');
      const back = { from: person(p.bob), to: { room: p.room._id, user: p.from } };
      await p.desk.ask('answer', { answer, ...back });
      await p.laptop.hear('newAnswer');

      await p.laptop.ask('ice-candidate', { candidate, from: p.from, to: p.to });
      await p.laptop.ask('renegotiation-needed', { from: p.from, to: p.to });
      await p.desk.ask('ice-candidate', { candidate, ...back });
      await p.desk.hear('renegotiation-request');
      await p.laptop.hear('newIce-candidate');
      await settled(p.tablet, p.phone);
      assert.deepEqual(signalsOf(p.tablet).map(({ event }) => event), ['IncomingCallNotification']);
      assert.deepEqual(signalsOf(p.phone).filter(({ event }) => event !== 'newAnswer'), []);
    });

    it('takes a second answer for success and drops it', async () => {
      const p = await pair();
      await p.laptop.ask('offer', { offer, from: p.from, to: p.to });
      await p.tablet.hear('IncomingCallNotification');
      const back = { from: person(p.bob), to: { room: p.room._id, user: p.from } };
      await p.desk.ask('answer', { answer, ...back });
      const second = await p.tablet.ask('answer', { answer: { ...answer, sdp: 'second' }, ...back });
      assert.equal(second.success, true, second.message);
      await p.desk.ask('renegotiation-needed', back);
      await p.laptop.hear('renegotiation-request');
      assert.deepEqual(p.laptop.all('newAnswer').map((it) => it.answer.sdp), [answer.sdp]);
    });

    it('forwards a repeated offer under the same callId', async () => {
      const p = await pair();
      const first = await p.laptop.ask('offer', { offer, from: p.from, to: p.to });
      const again = await p.laptop.ask('offer', { offer: { ...offer, sdp: 'restart' }, from: p.from, to: p.to });
      assert.equal(again.success, true, again.message);
      assert.equal(again.data.callId, first.data.callId);
      await p.desk.hear('IncomingCallNotification', (it) => it.offer.sdp === 'restart');
    });

    it('forwards people and descriptions untouched', async () => {
      const p = await pair();
      const odd = { type: 'offer', sdp: 'ünïcödé \u2028 "quoted" \\ <b>', extra: [1, 2.5, null, { deep: [true] }] };
      const from = { ...p.from, avatar: 'x.png', username: 'an older name', nested: { a: [1] } };
      const ack = await p.laptop.ask('offer', { offer: odd, from, to: p.to });
      const heard = await p.desk.hear('IncomingCallNotification');
      assert.deepEqual({ offer: heard.offer, from: heard.from, to: heard.to }, { offer: odd, from, to: p.to });
      success(ack, heard);
    });

    it('refuses to speak for another', async () => {
      const p = await pair();
      const [eve] = await makeUsers(at.server, 1);
      const intruder = await connect(at.server, eve, options);
      for (const [event, body] of [['offer', { offer }], ['ice-candidate', { candidate }], ['renegotiation-needed', {}]]) {
        for (const client of [p.phone, intruder]) {
          assertRefused(await client.ask(event, { ...body, from: person(p.bob), to: p.to }), 'FORBIDDEN');
        }
      }
      assertRefused(await intruder.ask('answer', { answer, from: p.from, to: p.to }), ['FORBIDDEN', 'NOT_FOUND']);
      await settled(intruder, p.phone, p.desk, p.tablet, p.laptop);
      for (const client of [p.phone, p.desk, p.tablet, p.laptop]) assert.deepEqual(signalsOf(client), []);
    });

    it('refuses a target that shares no conversation with the caller', async () => {
      const p = await pair();
      const [eve] = await makeUsers(at.server, 1);
      const intruder = await connect(at.server, eve, options);
      const from = person(eve);
      for (const to of [p.to, { room: null, user: person(p.bob) }]) {
        for (const [event, body] of [['offer', { offer }], ['ice-candidate', { candidate }], ['renegotiation-needed', {}]]) {
          const ack = await intruder.ask(event, { ...body, from, to });
          assertRefused(ack, 'FORBIDDEN');
          assert.equal(ack.error, ack.message, 'a failure carries its text in error too');
        }
      }
      await settled(intruder, p.desk, p.tablet);
      assert.deepEqual([...signalsOf(p.desk), ...signalsOf(p.tablet)], []);
    });
  });
}
