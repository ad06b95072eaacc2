// Pictures by hand, full of what nobody else is to see.

import { deflateSync } from 'node:zlib';

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let k = 0; k < 8; ++k) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});
const crc = (bytes) => (bytes.reduce((c, byte) => crcTable[(c ^ byte) & 255] ^ (c >>> 8), ~0) ^ ~0) >>> 0;

const pngChunk = (name, data) => {
  const body = Buffer.concat([Buffer.from(name), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
};

export const secret = 'GPS 48.8584 N 2.2945 E';

/** One grey pixel, with a text, a date and bytes behind the end. */
export function png() {
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), pngChunk('IHDR', head),
    pngChunk('tEXt', Buffer.from(`Comment\0${secret}`)), pngChunk('tIME', Buffer.from([7, 234, 1, 1, 0, 0, 0])),
    pngChunk('IDAT', deflateSync(Buffer.from([0, 128]))), pngChunk('eXIf', Buffer.from(secret)),
    pngChunk('IEND', Buffer.alloc(0)), Buffer.from(secret)]);
}

const jpegSegment = (marker, data) =>
  Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);

/** The marker structure of a JPEG, turned by `orientation`; its pixels are nothing. */
export function jpeg(orientation = 6) {
  const tiff = Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), Buffer.from([2, 0]),
    Buffer.from([0x0e, 1, 2, 0, 4, 0, 0, 0, 65, 66, 67, 0]),
    Buffer.from([0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]), Buffer.from([0, 0, 0, 0]), Buffer.from(secret)]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]),
    jpegSegment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff])),
    jpegSegment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${secret}`)),
    jpegSegment(0xfe, Buffer.from(secret)), jpegSegment(0xed, Buffer.from(secret)),
    jpegSegment(0xdb, Buffer.alloc(65)), jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([1, 2, 0xff, 0, 3, 0xff, 0xd0, 4]), Buffer.from([0xff, 0xd9]), Buffer.from(secret)]);
}

/** One pixel that loops, with a comment and another program's data. */
export function gif() {
  const block = (text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  return Buffer.concat([Buffer.from('GIF89a'), Buffer.from([1, 0, 1, 0, 0x80, 0, 0]), Buffer.alloc(6),
    Buffer.from([0x21, 0xff]), block('NETSCAPE2.0'), Buffer.from([3, 1, 0, 0, 0]),
    Buffer.from([0x21, 0xfe]), block(secret), Buffer.from([0]),
    Buffer.from([0x21, 0xff]), block('XMP DataXMP'), block(secret), Buffer.from([0]),
    Buffer.from([0x21, 0xf9, 4, 0, 0, 0, 0, 0]), Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0]),
    Buffer.from([2, 2, 0x44, 1, 0]), Buffer.from([0x3b]), Buffer.from(secret)]);
}

/** The chunks of a WebP with EXIF and XMP. */
export function webp() {
  const chunk = (name, data) => {
    const head = Buffer.alloc(8);
    head.write(name);
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data, Buffer.alloc(data.length & 1)]);
  };
  const body = Buffer.concat([Buffer.from('WEBP'), chunk('VP8X', Buffer.from([0x1c, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
    chunk('VP8 ', Buffer.from([1, 2, 3])), chunk('EXIF', Buffer.from(secret)), chunk('XMP ', Buffer.from(secret))]);
  const head = Buffer.alloc(8);
  head.write('RIFF');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.from(secret)]);
}
