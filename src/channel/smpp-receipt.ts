// Delivery receipts: what became of a text after the SMS centre took it (SMPP 3.4, 5.3.2.35 and appendix B).

import type { Pdu } from 'smpp'

/** In the order of `message_state`, from 1. */
const states = [
  'ENROUTE',
  'DELIVERED',
  'EXPIRED',
  'DELETED',
  'UNDELIVERABLE',
  'ACCEPTED',
  'UNKNOWN',
  'REJECTED',
] as const

/** What a receipt says; UNKNOWN for words that the standard does not have. */
export type ReceiptState = (typeof states)[number]

/** The words of `stat:` in the text of a receipt, without those that are a state's name. */
const words = new Map<string, ReceiptState>([
  ['DELIVRD', 'DELIVERED'],
  ['UNDELIV', 'UNDELIVERABLE'],
  ['ACCEPTD', 'ACCEPTED'],
  ['REJECTD', 'REJECTED'],
])

/** The state that a `deliver_sm` or `data_sm` tells; null for one that is no receipt, as a text from a phone. */
export function readReceipt(pdu: Pdu): ReceiptState | null {
  const type = Number(pdu.esm_class) & 0x3c
  // A receipt, and an intermediate notification.
  if (type !== 0x04 && type !== 0x20) return null
  const state = states[Number(pdu.message_state) - 1]
  if (state !== undefined) return state
  const word = /\bstat:\s*([A-Z]+)/i.exec(textOf(pdu))?.[1]?.toUpperCase() ?? ''
  return words.get(word) ?? states.find((name) => name === word) ?? 'UNKNOWN'
}

function textOf({ short_message, message_payload }: Pdu): string {
  for (const field of [short_message, message_payload]) {
    const text = typeof field === 'object' && field !== null && 'message' in field ? field.message : field
    if (text !== '' && (typeof text === 'string' || Buffer.isBuffer(text))) return text.toString('latin1')
  }
  return ''
}
