/** The smallest HEIC that the server takes: a whole structure with a picture nobody can decode, as an iPhone's is to Chromium. */
const u16 = (n) => Buffer.from([n >> 8, n & 255])
const u32 = (n) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(n)
  return bytes
}
const text = (letters) => Buffer.from(letters, 'latin1')
const zeros = (n) => Buffer.alloc(n)
const box = (kind, ...parts) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([u32(body.length + 8), text(kind), body])
}

export function heic() {
  const picture = text('coded picture')
  const build = (start) => {
    const places = Buffer.concat([zeros(4), Buffer.from([0x44, 0]), u16(1), u16(1), u16(0), u16(1), u32(start), u32(picture.length)])
    const meta = box(
      'meta', zeros(4),
      box('hdlr', zeros(8), text('pict'), zeros(13)),
      box('pitm', zeros(4), u16(1)),
      box('iinf', zeros(4), u16(1), box('infe', Buffer.from([2, 0, 0, 0]), u16(1), u16(0), text('hvc1\0'))),
      box('iprp', box('ipco', box('irot', Buffer.from([1]))), box('ipma', zeros(8))),
      box('iloc', places),
    )
    return Buffer.concat([box('ftyp', text('heic\0\0\0\0mif1heic')), meta])
  }
  return { name: 'IMG_0002.HEIC', mimeType: '', buffer: Buffer.concat([build(build(0).length + 8), box('mdat', picture)]) }
}
