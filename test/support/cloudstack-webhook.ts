// Delivers as CloudStack 4.20 does: Gson's JSON, its headers, its signature over the text as UTF-8.

import { createHmac } from 'node:crypto'
import { type Answer, ask } from '../http/ask.ts'

export const webhookSecret = 'only-CloudStack-and-the-gateway'
const account = '5a0f8c9e-2b34-4f57-a0d1-1f3b7c9d2e40'
const eventId = '0d9a6f0e-58a1-4c3f-9d1e-2f4b6c8d0a1b'

/** A time as the bodies write it: `2026-05-14 09:31:07 +0000`, whole seconds. */
export function busTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} +0000`
}

/** JSON with what Gson escapes by default. */
export function gson(value: unknown): string {
  const code = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(/[<>&=']/g, code)
}

/** `X-CS-Signature` of a payload. */
export function signatureOf(payload: string | Buffer, secret = webhookSecret): string {
  return createHmac('sha256', secret).update(payload).digest('base64')
}

/** The headers of a delivery of an event of this type. */
export function headersOf(type: string, payload: string | Buffer): Record<string, string> {
  return {
    'X-CS-Event-ID': eventId,
    'X-CS-Event': type,
    'User-Agent': `CS-Hookshot/${account}`,
    'X-CS-Signature': signatureOf(payload),
    'Content-Type': 'application/json; charset=UTF-8',
    'Accept-Encoding': 'gzip,deflate',
    Connection: 'Keep-Alive',
  }
}

/** One try of a delivery; `changes` replaces headers, undefined leaves one out. */
export async function deliver(
  { url }: { readonly url: string },
  body: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<Answer & { json: Record<string, unknown> }> {
  const payload = gson(body)
  const all = Object.entries({ ...headersOf(String(body.event), payload), ...changes })
  const headers = Object.fromEntries(
    all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  const answer = await ask(`${url}/events/cloudstack`, { method: 'POST', headers, body: payload })
  return { ...answer, json: JSON.parse(answer.body) }
}
