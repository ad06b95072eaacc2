// The two kinds of conversations, and how they are named.

export const kKinds = {
  room: {
    key: 'roomId',
    join: 'joinRoom',
    send: 'roomMessage',
    received: 'roomMessageRecieved',
    sent: 'roomMessageSent',
    confirmed: 'roomMessageConfirmed',
    failed: 'roomMessageFailed',
  },
  channel: {
    key: 'channelId',
    join: 'JoinChannel',
    send: 'NewMessage',
    received: 'NewMessageReceived',
    sent: 'channelMessageSent',
    confirmed: 'channelMessageConfirmed',
    failed: 'channelMessageFailed',
  },
};
export const placeOf = ({ roomId, channelId }) => roomId ?? channelId;

export const idOf = (reference) => reference?._id ?? reference; // an id, or the object it names

export const nameOf = ({ kind, title }) => (kind === 'channel' ? `#${title}` : title);

export const crowd = ({ name, people }) =>
  `${name}, ${people} ${people === 1 ? 'person' : 'people'}`;

// Not randomUUID(), which browsers have in secure contexts only.
export const newClientMessageId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) =>
    b.toString(16).padStart(2, '0'),
  ).join('');
