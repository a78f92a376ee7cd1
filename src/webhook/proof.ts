// The proof that an address belongs to whoever subscribes it: a code or a link's token, of which only the
// hash is kept, and what an answer to it comes to.

import { hash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { Challenge } from '../channel/channel.ts'
import type { EndpointId, Proof } from './webhook.ts'

/** What is sent, and what is kept of it. */
export type MadeProof = { readonly answer: string; readonly proof: Proof }

const codeMs = 10 * 60_000
const codeTries = 5
const linkMs = 24 * 3_600_000

/** Six digits with five tries in ten minutes; or 256 bits, good for a day, which nobody can try out. */
export function createProof(endpoint: EndpointId, kind: Challenge['kind'], nowMs: number): MadeProof {
  const isCode = kind === 'CODE'
  const answer = isCode
    ? String(randomInt(1_000_000)).padStart(6, '0')
    : randomBytes(32).toString('base64url')
  const expiresAt = new Date(nowMs + (isCode ? codeMs : linkMs)).toISOString()
  return { answer, proof: { sha256: hashOf(endpoint, answer), expiresAt, triesLeft: codeTries } }
}

export type Judgement = 'RIGHT' | 'WRONG' | 'OVER'

/** OVER: no answer counts any more, not even the right one. */
export function judgeAnswer(
  endpoint: EndpointId,
  proof: Proof | null,
  answer: string,
  nowMs: number,
): Judgement {
  if (proof === null || proof.triesLeft <= 0 || Date.parse(proof.expiresAt) <= nowMs) return 'OVER'
  const [kept, given] = [proof.sha256, hashOf(endpoint, answer)].map((hex) => Buffer.from(hex, 'hex'))
  const isRight = kept !== undefined && given !== undefined && timingSafeEqual(kept, given)
  return isRight ? 'RIGHT' : 'WRONG'
}

/** With the endpoint, so that equal codes of two look different. */
function hashOf(endpoint: EndpointId, answer: string): string {
  return hash('sha256', `${endpoint} ${answer}`, 'hex')
}
