// One TCP connection to an SMS centre: requests and their answers, and what the centre asks of us. Whatever
// happens to it, even a PDU that cannot be read, ends this connection and nothing else.

import smpp, { type Pdu, type Session } from 'smpp'
import type { Deadline } from './deadline.ts'
import { reasonOf } from './http-answer.ts'
import { type ReceiptState, readReceipt } from './smpp-receipt.ts'

export type SmppPlace = {
  readonly host: string
  readonly port: number
  readonly isTls: boolean
  /** Certificates of authorities that are trusted instead of the well-known ones, as PEM; null for none. */
  readonly ca: string | null
}

/** An answer with its `command_status`, or why there is none. */
export type SmppAnswer = { readonly status: number } | { readonly failure: string }

export type SmppConnection = {
  /** Asks, and gives up where `deadline` is over or the connection ends. */
  request(command: string, fields: Fields, deadline: Deadline): Promise<SmppAnswer>
  /** Requests that were answered. */
  answered(): number
  /** Ends it at once. */
  end(why: string): void
  /** Resolves to why it ended. */
  readonly ended: Promise<string>
}

type Fields = Readonly<Record<string, unknown>>
type Settle = (answer: SmppAnswer) => void

/** Requests wait until it is open; over TLS, until the centre has proven who it is. */
export function connectSmpp(place: SmppPlace, onReceipt: (state: ReceiptState) => void): SmppConnection {
  const { host, port, isTls, ca } = place
  const session = new smpp.Session({ host, port, tls: isTls, ...(ca === null ? {} : { ca }) })
  const pending = new Map<number, Settle>()
  const opened = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  let over: string | null = null
  let answered = 0

  function end(why: string): void {
    if (over !== null) return
    over = why
    session.destroy()
    for (const settle of [...pending.values()]) settle({ failure: why })
    opened.resolve()
    ended.resolve(why)
  }

  function take(pdu: Pdu): void {
    if (!pdu.isResponse()) {
      answerPeer(session, pdu, { onReceipt, end })
      return
    }
    const settle = pending.get(pdu.sequence_number)
    if (settle === undefined) return
    answered++
    settle({ status: pdu.command_status })
  }

  // Stays for good: what a socket reports after its end would be thrown otherwise.
  session.on('error', (error: unknown) => end(reasonOf(error)))
  session.on('close', () => end('the SMS centre closed the connection'))
  session.on(isTls ? 'secureConnect' : 'connect', () => opened.resolve())
  session.on('pdu', (pdu: Pdu) => {
    // Some may have been read already. The centre sends again what was not answered.
    if (over !== null) return
    try {
      take(pdu)
    } catch {
      end('the SMS centre sent what cannot be read')
    }
  })
  session.socket.setNoDelay(true)

  return {
    async request(command, fields, deadline) {
      const given = Promise.withResolvers<SmppAnswer>()
      deadline.onOver((failure) => given.resolve({ failure }))
      const early = await Promise.race([given.promise, opened.promise])
      if (early !== undefined) return early
      if (over !== null) return { failure: over }
      const pdu = new smpp.PDU(command, fields)
      if (!session.send(pdu)) return { failure: 'the connection to the SMS centre is closing' }
      pending.set(pdu.sequence_number, given.resolve)
      const answer = await given.promise
      pending.delete(pdu.sequence_number)
      return answer
    },
    answered: () => answered,
    end,
    ended: ended.promise,
  }
}

/** What the centre asks: whether we are there, to take a receipt, to end the session. */
function answerPeer(
  session: Session,
  pdu: Pdu,
  { onReceipt, end }: { onReceipt(state: ReceiptState): void; end(why: string): void },
): void {
  switch (pdu.command) {
    case 'deliver_sm':
    case 'data_sm': {
      session.send(pdu.response())
      const state = readReceipt(pdu)
      if (state !== null) onReceipt(state)
      return
    }
    case 'enquire_link':
      session.send(pdu.response())
      return
    case 'unbind':
      session.send(pdu.response())
      end('the SMS centre ended the session')
      return
    case 'alert_notification':
      return
    default:
      session.send(nackOf(pdu))
  }
}

function nackOf({ sequence_number }: Pdu): Pdu {
  return new smpp.PDU('generic_nack', { sequence_number, command_status: smpp.errors.ESME_RINVCMDID })
}
