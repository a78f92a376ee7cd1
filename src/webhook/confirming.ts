// Asks the holder of an address whether it wants to be notified, before the first notification. Nobody can
// flood a stranger with such questions: an address is asked once an hour, whoever wants it asked.

import type { Channel } from '../channel/channel.ts'
import { HeliographError } from '../errors.ts'
import { badInput } from '../event/input.ts'
import type { Warning } from './filter-advice.ts'
import type { Links } from './links.ts'
import type { Caller } from './managed.ts'
import { createProof } from './proof.ts'
import type { Endpoint, EndpointState } from './webhook.ts'
import type { Webhooks } from './webhooks.ts'

/** A question that is ready to be sent: only once the state is kept, so that no answer comes too early. */
export type Question = {
  readonly state: Extract<EndpointState, { kind: 'UNCONFIRMED' }>
  /** @returns what there is to say where it did not leave */
  send(): Promise<Warning | null>
}

export type ConfirmingParts = {
  readonly webhooks: Pick<Webhooks, 'allow'>
  /** Null where the gateway has no public address. */
  readonly links: Links | null
  readonly nowMs: number
}

/** Who is to be asked, and for whom. */
export type Asking = {
  readonly channel: Channel
  readonly endpoint: Pick<Endpoint, 'id' | 'uri' | 'timeoutSeconds'>
  readonly caller: Caller
  /** What a refusal names. */
  readonly field: string
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const perAddressAndHour = 1
const perCallerAndDay = 5

/**
 * Counts the question.
 * @returns null where the channel asks for no confirmation
 * @throws HeliographError RATE_LIMITED naming `field`
 */
export async function prepareQuestion(
  { channel, endpoint, caller, field }: Asking,
  parts: ConfirmingParts,
): Promise<Question | null> {
  const kind = channel.confirmedBy
  if (kind === null) return null
  const { links } = parts
  if (kind === 'LINK' && links === null) {
    throw badInput(
      field,
      'is confirmed by a link, which this gateway cannot make without HELIOGRAPH_PUBLIC_URL',
    )
  }
  await countQuestion({ caller, endpoint, field }, parts)
  const { answer, proof } = createProof(endpoint.id, kind, parts.nowMs)
  const link = () => links?.confirmUrl({ endpoint: endpoint.id, token: answer }) ?? ''
  return {
    state: { kind: 'UNCONFIRMED', proof },
    async send() {
      const timeoutMs = endpoint.timeoutSeconds * 1_000
      const { outcome, detail } = await channel.challenge(
        {
          endpointId: endpoint.id,
          uri: endpoint.uri,
          secrets: [],
          headers: {},
          timeoutMs,
          unsubscribeUrl: links?.unsubscribeUrl(endpoint.id) ?? null,
          isSuspect: false,
        },
        kind === 'CODE' ? { kind, code: answer } : { kind, url: link() },
        AbortSignal.timeout(timeoutMs),
      )
      if (outcome.kind === 'DELIVERED') return null
      const message = `the question whether it may be notified did not get there (${detail ?? outcome.kind}): enableEndpoint asks again`
      return { field, message, suggestions: [] }
    },
  }
}

async function countQuestion(
  { caller, endpoint, field }: Omit<Asking, 'channel'>,
  { webhooks }: Pick<ConfirmingParts, 'webhooks'>,
): Promise<void> {
  // The caller first: one that may not ask any more takes no address's hour.
  if (!(await webhooks.allow(`confirming/${caller.name}`, perCallerAndDay, dayMs))) {
    throw tooOften(field, `${perCallerAndDay} addresses were asked for you today, which is the most`, dayMs)
  }
  if (!(await webhooks.allow(`confirm/${endpoint.uri}`, perAddressAndHour, hourMs))) {
    throw tooOften(field, 'was asked within the last hour whether it may be notified', hourMs)
  }
}

function tooOften(field: string, says: string, windowMs: number): HeliographError {
  return new HeliographError('RATE_LIMITED', `${field}: ${says}`, {
    field,
    retryAfterSeconds: windowMs / 1_000,
  })
}
