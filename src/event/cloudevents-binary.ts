// The binary mode of CloudEvents over HTTP: attributes in `ce-…` headers, percent-encoded; the body is
// the data, Content-Type its type.

import { isJsonType } from './cloudevents-data.ts'
import { badInput } from './input.ts'

/** Header values as Node gives them; names in any case. */
export type Headers = { readonly [name: string]: string | readonly string[] | undefined }

/**
 * The event in its structured form, still unchecked. JSON by content type is parsed, text stays text,
 * anything else becomes `data_base64`; without a content type the body is JSON if it reads as such.
 * @throws HeliographError BAD_INPUT for a body that is not the JSON it is said to be.
 */
export function decodeBinaryHeaders(headers: Headers, body: Uint8Array): { [name: string]: unknown } {
  const event: { [name: string]: unknown } = {}
  let contentType: string | null = null
  for (const [header, value] of Object.entries(headers)) {
    const name = header.toLowerCase()
    const text = typeof value === 'object' ? value.join(', ') : value
    if (text === undefined) continue
    if (name === 'content-type') contentType = text
    if (name.startsWith('ce-')) event[attributeName(name)] = decodeValue(text)
  }
  if (contentType !== null) event.datacontenttype = contentType
  return { ...event, ...dataOf(body, contentType) }
}

function attributeName(header: string): string {
  const name = header.slice('ce-'.length)
  if (name === 'data' || name === 'data_base64' || name === 'datacontenttype') {
    throw badInput(header, 'is no attribute: data is the body, and its type is in Content-Type')
  }
  return name
}

/** Undoes a quoted string, then one round of percent-encoding; bytes that are no UTF-8 become U+FFFD. */
function decodeValue(header: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(header)
  const text = quoted?.[1] === undefined ? header : quoted[1].replace(/\\(.)/g, '$1')
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  )
}

function dataOf(body: Uint8Array, contentType: string | null): { data?: unknown; data_base64?: string } {
  if (body.length === 0) return {}
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  if (isJsonType(contentType)) {
    const data = parse(bytes)
    if (data === undefined) throw badInput('data', `is not JSON, as its Content-Type ${contentType} promises`)
    return { data }
  }
  const guessed = contentType === null ? parse(bytes) : undefined
  if (guessed !== undefined) return { data: guessed }
  return contentType?.toLowerCase().startsWith('text/')
    ? { data: bytes.toString() }
    : { data_base64: bytes.toString('base64') }
}

/** The value that JSON text tells; undefined where it is none. */
function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
