// BSON (bsonspec.org) as MongoDB's tools write it: just the types that a Mongoose application uses.

export class ObjectId {
  constructor(hex) {
    this.hex = hex;
  }

  /** Ids that sort as they are numbered; all of one second. */
  static of(number, kind = 0) {
    return new ObjectId(`65a0${kind.toString(16).padStart(4, '0')}${number.toString(16).padStart(16, '0')}`);
  }

  toString() {
    return this.hex;
  }
}

const cstring = (text) => Buffer.from(`${text}\0`);
const int32 = (number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(number);
  return bytes;
};

function element(name, value) {
  const of = (type, ...parts) => Buffer.concat([Buffer.from([type]), cstring(name), ...parts]);
  if (value === null) return of(0x0a);
  if (typeof value === 'string') return text(of, Buffer.from(value));
  if (Buffer.isBuffer(value)) return text(of, value); // a text of bytes that may be no UTF-8
  if (typeof value === 'boolean') return of(0x08, Buffer.from([value ? 1 : 0]));
  if (typeof value === 'number') return of(0x10, int32(value));
  if (value instanceof ObjectId) return of(0x07, Buffer.from(value.hex, 'hex'));
  if (value instanceof Date) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value.getTime()));
    return of(0x09, bytes);
  }
  return of(Array.isArray(value) ? 0x04 : 0x03, encode({ ...value }));
}

function text(of, bytes) {
  return of(0x02, int32(bytes.length + 1), bytes, Buffer.from([0]));
}

/** One document. */
export function encode(document) {
  const elements = Object.entries(document).map(([name, value]) => element(name, value));
  const body = Buffer.concat([...elements, Buffer.from([0])]);
  return Buffer.concat([int32(body.length + 4), body]);
}

/** The document in MongoDB's extended JSON, relaxed, as mongoexport writes it. */
export function extendedJson(document, indent) {
  const convert = (value) => {
    if (value instanceof ObjectId) return { $oid: value.hex };
    if (value instanceof Date) return { $date: value.toISOString() };
    if (Array.isArray(value)) return value.map(convert);
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, convert(inner)]));
    }
    return value;
  };
  return JSON.stringify(convert(document), null, indent);
}
