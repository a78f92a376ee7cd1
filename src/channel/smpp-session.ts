// A session with an SMS centre that is bound for as long as it is wanted: it asks whether the centre is
// there, and binds again when it is not, after pauses that grow, however many attempts come meanwhile.
//
//   CONNECTING ──bound──> BOUND ──lost──> CONNECTING      where the centre had answered something,
//       └──────failed──────> RESTING <──lost──┘           else after a pause
//                               └──pause over──> CONNECTING

import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Deadline, startDeadline } from './deadline.ts'
import { reasonOf } from './http-answer.ts'
import { connectSmpp, type SmppAnswer, type SmppConnection, type SmppPlace } from './smpp-connection.ts'
import type { ReceiptState } from './smpp-receipt.ts'

/** What the operator may want to know of the session. */
export type SmppSessionState = { readonly kind: 'BOUND' } | { readonly kind: 'LOST'; readonly reason: string }

export type SmppTimes = {
  /** How long the session may be quiet until the centre is asked whether it is there. */
  readonly enquireMs: number
  /** How long connecting and binding, and the answer to an enquiry may take. */
  readonly answerMs: number
  /** The first pause before connecting again; each is twice the one before. */
  readonly firstPauseMs: number
  readonly longestPauseMs: number
}

export type SmppSessionOptions = SmppTimes & {
  readonly place: SmppPlace
  readonly systemId: string
  readonly password: string
  /** Called for each receipt; may not throw, nor may `onState`. */
  onReceipt(state: ReceiptState): void
  /** Called when it is bound and when it is not any more, or not for another reason. */
  onState(state: SmppSessionState): void
}

/** What came of a submission; UNBOUND: the centre was not asked, `status` being that of the binding. */
export type Submitted =
  | { readonly kind: 'ANSWERED'; readonly status: number }
  | { readonly kind: 'UNANSWERED'; readonly reason: string }
  | { readonly kind: 'UNBOUND'; readonly status: number | null; readonly reason: string }

export type SmppSession = {
  /** Waits for a session that is being bound, never for the end of a pause. */
  submit(fields: Readonly<Record<string, unknown>>, deadline: Deadline): Promise<Submitted>
  /** Unbinds. */
  close(): Promise<void>
}

type Unbound = Extract<Submitted, { kind: 'UNBOUND' }>
type State =
  | { readonly kind: 'CONNECTING' }
  | { readonly kind: 'BOUND'; readonly connection: SmppConnection }
  | { readonly kind: 'RESTING'; readonly why: Unbound }

const unbindMs = 1_000

/** Begins to connect at once. */
export function openSmppSession(options: SmppSessionOptions): SmppSession {
  const closing = new AbortController()
  const waiting = new Set<() => void>()
  let state: State = { kind: 'CONNECTING' }
  let told = ''

  function enter(next: State): void {
    state = next
    for (const wake of [...waiting]) wake()
  }

  function tell(next: SmppSessionState): void {
    const text = JSON.stringify(next)
    if (text === told || closing.signal.aborted) return
    told = text
    options.onState(next)
  }

  /** From its beginning to its end; resolves to why it ended. */
  async function serve(connection: SmppConnection): Promise<Unbound> {
    try {
      const answer = await ask(connection, 'bind_transceiver', bindFields(options), options.answerMs)
      if (!('status' in answer)) return unbound(null, answer.failure)
      if (answer.status !== 0) return unbound(answer.status, 'the SMS centre refused the login')
      enter({ kind: 'BOUND', connection })
      tell({ kind: 'BOUND' })
      const reason = await enquire(connection)
      if (closing.signal.aborted) await unbind(connection)
      return unbound(null, reason)
    } finally {
      connection.end('the connection was given up')
    }
  }

  /** Resolves to the reason when the connection is lost or given up. */
  async function enquire(connection: SmppConnection): Promise<string> {
    for (;;) {
      const reason = await lostWithin(connection, options.enquireMs, closing.signal)
      if (reason !== null) return reason
      const answer = await ask(connection, 'enquire_link', {}, options.answerMs)
      if (!('status' in answer)) return answer.failure
    }
  }

  async function ask(
    connection: SmppConnection,
    command: string,
    fields: Readonly<Record<string, unknown>>,
    timeoutMs: number,
  ): Promise<SmppAnswer> {
    const deadline = startDeadline(timeoutMs, closing.signal)
    const answer = await connection.request(command, fields, deadline)
    deadline.clear()
    return answer
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!closing.signal.aborted) {
      enter({ kind: 'CONNECTING' })
      const connection = connectSmpp(options.place, options.onReceipt)
      // Whatever goes wrong with one connection, the next is tried.
      const why = await serve(connection).catch((error) => unbound(null, reasonOf(error)))
      tell({ kind: 'LOST', reason: why.reason })
      // Beside the binding something was answered: the centre works, and may be back at once.
      failures = connection.answered() > 1 ? 0 : failures + 1
      if (failures === 0) continue
      enter({ kind: 'RESTING', why })
      await pause(pauseMs(options, failures), null, { signal: closing.signal }).catch(() => null)
    }
    enter({ kind: 'RESTING', why: unbound(null, 'the channel is closed') })
  }

  const running = run()

  return {
    async submit(fields, deadline) {
      while (state.kind === 'CONNECTING') {
        const over = await changed(waiting, deadline)
        if (over !== null) return unbound(null, over)
      }
      if (state.kind === 'RESTING') return state.why
      const answer = await state.connection.request('submit_sm', fields, deadline)
      if ('status' in answer) return { kind: 'ANSWERED', status: answer.status }
      return { kind: 'UNANSWERED', reason: answer.failure }
    },
    async close() {
      closing.abort()
      await running
    },
  }
}

function unbound(status: number | null, reason: string): Unbound {
  return { kind: 'UNBOUND', status, reason }
}

function bindFields({ systemId, password }: SmppSessionOptions): Readonly<Record<string, unknown>> {
  return { system_id: systemId, password, interface_version: 0x34 }
}

/** Polite, and no more: whether the centre answers changes nothing. */
async function unbind(connection: SmppConnection): Promise<void> {
  const deadline = startDeadline(unbindMs, new AbortController().signal)
  await connection.request('unbind', {}, deadline)
  deadline.clear()
}

/** Why the connection ended within so long, or was given up; null where it lasts. */
async function lostWithin(
  connection: SmppConnection,
  ms: number,
  signal: AbortSignal,
): Promise<string | null> {
  const timer = new AbortController()
  const time = pause(ms, null, { signal: AbortSignal.any([signal, timer.signal]) })
  const reason = await Promise.race([connection.ended, time.catch(() => 'given up')])
  timer.abort()
  return reason
}

/** Resolves to null with the next change of the state, to why where `deadline` was over first. */
async function changed(waiting: Set<() => void>, deadline: Deadline): Promise<string | null> {
  return new Promise((resolve) => {
    const settle = (over: string | null) => {
      waiting.delete(wake)
      resolve(over)
    }
    const wake = () => settle(null)
    waiting.add(wake)
    deadline.onOver(settle)
  })
}

/** Gateways that lost the same centre do not come back at the same time. */
function pauseMs({ firstPauseMs, longestPauseMs }: SmppTimes, failures: number): number {
  const grown = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 20))
  return (grown * randomInt(80, 121)) / 100
}
