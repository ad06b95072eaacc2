// What no client should send. Every row: {what, args, codes}, codes being the answers allowed.

const invalid = ['INVALID_PAYLOAD'];
const deep = (levels, inside = 1) => {
  let value = inside;
  for (let level = 0; level < levels; level++) value = level % 2 ? { a: value } : [value];
  return value;
};
/** An object that has the key `__proto__` as its own, as JSON can. */
const withProto = (value) => JSON.parse(`{"__proto__":${JSON.stringify(value)}}`);

/** Payloads of the wrong shape as a whole, made from one that is good. */
export function shapeTable(good) {
  const rows = {
    'no payload': [],
    'null': [null],
    'a string': ['text'],
    'the empty string': [''],
    'the payload as a JSON string': [JSON.stringify(good)],
    'zero': [0],
    'a negative number': [-1],
    'a fraction': [1.5],
    'the largest number': [Number.MAX_VALUE],
    'an integer beyond 64 bits': [1e30],
    'true': [true],
    'false': [false],
    'an empty array': [[]],
    'the payload in an array': [[good]],
    'an array of nulls': [[null, null]],
    'an empty object': [{}],
    'an object without any known field': [{ x: 1, y: [2], z: { w: 3 } }],
    'the payload under __proto__': [withProto(good)],
    'the payload under constructor': [{ constructor: { prototype: good } }],
    'the payload under data': [{ data: good }],
    'the payload twice': [good, good],
    'the payload and a string': [good, 'x'],
    'the payload and null': [good, null],
    'the payload behind another argument': ['x', good],
    'a hundred arguments': Array.from({ length: 100 }, () => good),
    'bytes': [Buffer.from('bytes')],
    'deep arrays and objects': [deep(400)],
    'something deep in an unknown field alone': [{ x: deep(400) }],
    'ten thousand unknown fields': [Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]))],
    'an empty key': [{ '': good }],
    'keys in upper case': [Object.fromEntries(Object.entries(good).map(([k, v]) => [k.toUpperCase(), v]))],
    'a date': [new Date(0)],
  };
  return Object.entries(rows).map(([what, args]) => ({ what, args, codes: invalid }));
}

const wrongIds = {
  'a number': 7, 'zero': 0, 'true': true, 'false': false, 'an array': [], 'an object': {},
  'an operator': { $ne: null }, 'a pattern': { $regex: '.*' }, 'too short': 'abc',
  '23 digits': 'a'.repeat(23), '25 digits': 'a'.repeat(25), 'upper case': 'A'.repeat(24),
  'no hex': 'g'.repeat(24), 'with a space': ` ${'a'.repeat(23)}`, 'the word undefined': 'undefined',
  'a temporary id': 'temp_1700000000000_abcdefghi', 'a path': '../../../../etc/passwd',
  'a NUL': `${'a'.repeat(23)}\u0000`, 'a lone surrogate': `${'a'.repeat(23)}\ud800`,
  'full-width digits': '１'.repeat(24), 'SQL': "' OR 1=1 --", 'very long': 'a'.repeat(100_000),
  'bytes': Buffer.from('aaaaaaaaaaaaaaaaaaaaaaaa'),
};
const wrongTexts = {
  'a number': 7, 'true': true, 'an array': ['x'], 'an object': { text: 'x' }, 'bytes': Buffer.from('x'),
  'a NUL': 'a\u0000b', 'a lone high surrogate': 'a\ud800', 'a lone low surrogate': '\udc00a',
};
const missing = { 'missing': undefined, 'null': null };
const notObjects = { 'a string': 'x', 'a number': 7, 'true': true, 'an array': [], 'bytes': Buffer.from('x') };

/** Rows of one field: `good` with that field replaced by each of `values`. */
function field(good, name, values, codes = invalid) {
  return Object.entries(values).map(([what, value]) => {
    const payload = structuredClone(good);
    const path = name.split('.');
    const last = path.pop();
    const place = path.reduce((object, key) => object[key], payload);
    if (value === undefined) delete place[last];
    else place[last] = value;
    return { what: `${name}: ${what}`, args: [payload], codes };
  });
}

const messageTable = (good, id) => [
  ...field(good, id, { ...missing, ...wrongIds, 'the empty string': '' }),
  ...field(good, id, { 'nobody knows it': 'ffffffffffffffffffffffff' }, ['NOT_FOUND']),
  ...field(good, 'body', { ...missing, ...wrongTexts, 'the empty string': '' }),
  ...field(good, 'body', { 'too large': 'x'.repeat(70_000), 'ten times too large': 'x'.repeat(700_000),
    'too large in UTF-8': '€'.repeat(30_000) }, ['TOO_LARGE']),
  ...field(good, 'senderId', { 'a number': 7, 'an object': {}, 'an array': [], 'too short': 'abc',
    'upper case': 'A'.repeat(24) }, ['INVALID_PAYLOAD', 'FORBIDDEN']),
  ...field(good, 'senderId', { 'somebody else': 'ffffffffffffffffffffffff' }, ['FORBIDDEN']),
  ...field(good, 'clientMessageId', { ...wrongTexts, 'too long': 'x'.repeat(65),
    'far too long': 'x'.repeat(60_000) }),
  ...field(good, 'image', wrongTexts),
  ...field(good, 'filename', wrongTexts),
  ...field(good, 'timeStamp', { 'true': true, 'an array': [], 'an object': {}, 'letters': 'yesterday',
    'digits and more': '17a', 'a fraction as text': '1.5', 'a NUL': '1\u0000' }),
  ...field(good, 'parentId', { 'a number': 7, 'an object': {}, 'too short': 'abc', 'an array': [] }),
  ...(id === 'channelId' ? field(good, 'workspaceId', { 'a number': 7, 'an object': {}, 'too short': 'abc' }) : []),
];

const membershipTable = (good, id) => [
  ...field(good, id, { ...missing, ...wrongIds, 'the empty string': '' }),
];

const people = (good, who) => [
  ...field(good, who, notObjects),
  ...field(good, `${who}.id`, { 'missing': undefined, 'null': null, 'a number': 7, 'an object': {},
    'an array': [], 'too short': 'abc', 'upper case': 'A'.repeat(24), 'a NUL': `${'a'.repeat(23)}\u0000` },
  ['INVALID_PAYLOAD', 'FORBIDDEN', 'NOT_FOUND']),
];

const callTable = (good, event, body) => [
  ...field(good, 'from', missing),
  ...people(good, 'from'),
  ...field(good, 'to', { ...missing, ...notObjects }),
  ...field(good, 'to.user', notObjects),
  ...field(good, 'to.room', { 'a number': 7, 'true': true, 'an array': [], 'an object': {} }),
  ...(event === 'answer' ? [] : field(good, 'from.id', { 'somebody else': 'ffffffffffffffffffffffff' }, ['FORBIDDEN'])),
  ...(event === 'offer' ? field(good, 'to.user.id', { 'nobody': 'ffffffffffffffffffffffff' }, ['NOT_FOUND', 'FORBIDDEN']) : []),
  ...(body ? field(good, body, { 'missing': undefined, ...(body === 'candidate' ? {} : { 'null': null }),
    'a number': 7, 'true': true }) : []),
];

const wrongLists = { ...missing, 'a text': 'aaaaaaaaaaaaaaaaaaaaaaaa', 'a number': 7, 'true': true, 'an object': {},
  'bytes': Buffer.from('x'), 'nested': [['aaaaaaaaaaaaaaaaaaaaaaaa']], 'nulls': [null],
  'too many': Array.from({ length: 501 }, () => 'aaaaaaaaaaaaaaaaaaaaaaaa'),
  ...Object.fromEntries(Object.entries(wrongIds).map(([what, id]) => [`a list of ${what}`, [id]])) };

const wrongNumbers = { 'negative': -1, 'a fraction': 1.5, 'a text': '1', 'true': true, 'an array': [1],
  'beyond 64 bits': 1e30, 'bytes': Buffer.from('1') };

/** Of an event that takes a room or a channel. */
const placeTable = (good) => [
  ...field(good, 'roomId', { ...missing, ...wrongIds, 'the empty string': '' }),
  ...field(good, 'roomId', { 'nobody knows it': 'ffffffffffffffffffffffff' }, ['NOT_FOUND']),
  ...field(good, 'channelId', { 'as well': good.roomId, 'a number': 7, 'an object': {} }),
];

const messageIdTable = (good) => [
  ...field(good, 'messageId', { ...missing, ...wrongIds, 'the empty string': '' }),
  ...field(good, 'messageId', { 'nobody knows it': 'fffffffffffffffffffffff0' }, ['NOT_FOUND']),
];

/** Payloads of the right shape in which one field is wrong. */
export function fieldTables(event, good) {
  const make = {
    joinRoom: () => membershipTable(good, 'roomId'),
    leaveRoom: () => membershipTable(good, 'roomId'),
    JoinChannel: () => membershipTable(good, 'channelId'),
    LeaveChannel: () => membershipTable(good, 'channelId'),
    roomMessage: () => messageTable(good, 'roomId'),
    NewMessage: () => messageTable(good, 'channelId'),
    offer: () => callTable(good, event, 'offer'),
    answer: () => callTable(good, event, 'answer'),
    'ice-candidate': () => callTable(good, event, 'candidate'),
    'renegotiation-needed': () => callTable(good, event),
    typing: () => [...placeTable(good), ...field(good, 'isTyping',
      { ...missing, 'a text': 'true', 'a number': 1, 'an array': [true], 'an object': {}, 'bytes': Buffer.from('x') })],
    setPresence: () => field(good, 'status', { ...missing, ...wrongTexts, 'the empty string': '', 'offline': 'offline',
      'another word': 'busy', 'upper case': 'AWAY', 'very long': 'x'.repeat(100_000) }),
    watchPresence: () => field(good, 'userIds', wrongLists),
    unwatchPresence: () => field(good, 'userIds', wrongLists),
    markRead: () => [...placeTable(good), ...field(good, 'messageId', { ...missing, ...wrongIds }),
      ...field(good, 'messageId', { 'nobody knows it': 'ffffffffffffffffffffffff' }, ['NOT_FOUND'])],
    markDelivered: () => [...placeTable(good), ...field(good, 'seq', { ...missing, ...wrongNumbers, 'zero': 0,
      'one that was never given': 1, 'the largest': 2 ** 53 })],
    resume: () => [...field(good, 'positions', { ...missing, ...notObjects, 'too many':
      Object.fromEntries(Array.from({ length: 201 }, (_, i) => [i.toString(16).padStart(24, '0'), 0])) }),
      ...Object.entries(wrongNumbers).flatMap(([what, value]) => [
        { what: `a position that is ${what}`, args: [{ positions: { ['a'.repeat(24)]: value } }], codes: invalid },
        { what: `a seq that is ${what}`, args: [{ positions: { ['a'.repeat(24)]: { seq: value } } }], codes: invalid },
        { what: `a commitNo that is ${what}`, args: [{ positions: { ['a'.repeat(24)]: { seq: 1, commitNo: value } } }],
          codes: invalid }]),
      { what: 'a key that is no id', args: [{ positions: { x: 1 } }], codes: invalid }],
    editMessage: () => [...messageIdTable(good), ...field(good, 'body', { ...missing, ...wrongTexts, 'the empty string': '' }),
      ...field(good, 'body', { 'too large': 'x'.repeat(70_000) }, ['TOO_LARGE'])],
    deleteMessage: () => messageIdTable(good),
    addReaction: () => [...messageIdTable(good), ...field(good, 'emoji', { ...missing, ...wrongTexts, 'the empty string': '',
      'a space': 'a b', 'a line': '👍\n' }), ...field(good, 'emoji', { 'too large': '👍'.repeat(17) })],
    pinMessage: () => messageIdTable(good),
    getMessages: () => [...placeTable(good), ...['before', 'after', 'limit'].flatMap((name) => field(good, name, wrongNumbers)),
      ...field(good, 'limit', { 'zero': 0 }), ...field(good, 'before', { 'zero': 0 })],
    getPins: () => placeTable(good),
    getThread: () => [...messageIdTable(good), ...['before', 'limit'].flatMap((name) => field(good, name, wrongNumbers))],
    searchMessages: () => [...field(good, 'query', { ...missing, ...wrongTexts, 'the empty string': '', 'no word': '!!!' }),
      ...field(good, 'query', { 'too long': 'x'.repeat(501) }),
      ...field(good, 'limit', { ...wrongNumbers, 'zero': 0 }), ...field(good, 'cursor', { ...wrongTexts, 'a word': 'x' }),
      ...field(good, 'roomId', wrongIds)],
    getMessageHistory: () => messageIdTable(good),
    renewToken: () => [...field(good, 'token', { ...missing, ...wrongTexts, 'the empty string': '',
      'very long': 'x'.repeat(100_000) }, ['INVALID_PAYLOAD', 'UNAUTHENTICATED']),
      ...field(good, 'token', { 'a word': 'token', 'of nobody': `${good.token}x`, 'unsigned':
        `${good.token.split('.').slice(0, 2).join('.')}.` }, ['UNAUTHENTICATED'])],
  };
  return make[event]();
}
