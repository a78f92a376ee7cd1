// The couriers that are at work on this gateway: begun for what should be worked on, ended for what should
// not, and begun anew where the webhook, its owner's rights or what is kept of its progress has changed.

import { compileFilter } from '../event/filter.ts'
import { fileEventFilter, narrowFiling } from '../event/filter-index.ts'
import { sees, type Visibility, visibilityKey } from '../event/visibility.ts'
import type { Entry } from '../event-log/entry.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { type Courier, createCourier } from './courier.ts'
import { endpointKind } from './endpoint-news.ts'
import type { FailureLimits } from './failures.ts'
import type { LogTail } from './log-tail.ts'
import type { Line, Post } from './post.ts'
import type { Assignment } from './roster.ts'
import type { Savable, Saver } from './saver.ts'
import { type ReadRights, standingOf } from './standing.ts'
import type { EndpointId, Progress } from './webhook.ts'
import type { Lease, Webhooks } from './webhooks.ts'

export type Rounds = {
  /**
   * Makes what runs match what should: the endpoints whose shards are held.
   * @param due whether what is kept may have changed since the last call
   */
  match(
    all: ReadonlyMap<EndpointId, Assignment>,
    held: ReadonlyMap<number, Lease>,
    due: boolean,
  ): Promise<void>
  /** Lets all couriers look again whether something may start. */
  wake(): void
  /** Writes where each of them is. */
  saveAll(): void
  /** Ends those of the shards, once what is under way has ended or `graceMs` are over, and writes them. */
  end(isMeant: (shard: number) => boolean, graceMs: number): Promise<void>
}

export type RoundsParts = {
  readonly log: Pick<EventLog, 'tail'>
  readonly webhooks: Pick<Webhooks, 'progress' | 'setProgress' | 'allow'>
  readonly post: Post
  readonly rights: ReadRights
  readonly tail: LogTail
  readonly saver: Saver
  readonly mayStart: () => boolean
  /** How long attempts under way may still take where the endpoint is to begin anew. */
  readonly graceMs: number
  readonly limits: FailureLimits & { readonly queueEntries: number }
}

/** A courier at work, and what it was begun for. */
type Round = Savable & {
  readonly courier: Courier
  /** Equal for equal work: the webhook as it is, what its owner sees, and the lease. */
  readonly key: string
  readonly leave: () => void
}

/** What should be worked on. */
type Work = {
  readonly assignment: Assignment
  readonly lease: Lease
  readonly line: Line
  readonly visibility: Visibility
  readonly progress: Progress
  readonly key: string
}

/** Whether a round is still what should run, and nobody else has moved the endpoint's progress. */
function fits(round: Round, now: Work | undefined): boolean {
  return now !== undefined && now.key === round.key && now.progress.version <= round.courier.version()
}

/** How long an address rests whose rate is used up, before it is asked for again. */
const rateRestMs = 5_000

export function createRounds(parts: RoundsParts): Rounds {
  const { webhooks, post, rights, tail, saver } = parts
  const rounds = new Map<EndpointId, Round>()
  /** Those for which nothing is to be done, as far as was known at the last look. */
  let resting = new Set<EndpointId>()
  /** Those whose last attempts are still under way. */
  const ending = new Set<EndpointId>()

  async function findWork(
    assignments: readonly Assignment[],
    held: ReadonlyMap<number, Lease>,
  ): Promise<Map<EndpointId, Work>> {
    const work = new Map<EndpointId, Work>()
    const kept = await webhooks.progress(assignments.map(({ endpoint }) => endpoint.id))
    for (const [index, assignment] of assignments.entries()) {
      const lease = held.get(assignment.shard)
      const progress = kept[index] ?? null
      if (lease === undefined || progress === null) continue
      const one = await workOn(assignment, lease, progress)
      if (one !== null) work.set(assignment.endpoint.id, one)
    }
    return work
  }

  async function workOn(assignment: Assignment, lease: Lease, progress: Progress): Promise<Work | null> {
    const { webhook, endpoint } = assignment
    const line = post.open(endpoint)
    const { state } = progress
    const now = await rights(webhook.owner.name)
    const hindrance = typeof line === 'string' ? line : null
    const at = new Date().toISOString()
    const standing = standingOf({ state, owner: webhook.owner }, now, hindrance, at)
    if (standing.becomes !== null) {
      // Begun, if at all, from what is kept then.
      await webhooks.setProgress(endpoint.id, {
        ...progress,
        version: progress.version + 1,
        state: standing.becomes,
      })
      return null
    }
    if (standing.kind === 'RESTS' || typeof line === 'string') return null
    const { visibility } = standing
    const key = JSON.stringify([webhook.version, lease.generation, visibilityKey(visibility)])
    return { assignment, lease, line, visibility, progress, key }
  }

  function begin({ assignment, lease, line, visibility, progress, key }: Work): void {
    const { webhook, endpoint } = assignment
    const { most, gathers, listed, rate } = line.channel
    const matches = compileFilter(webhook.filter)
    const own = new Set<string>(webhook.endpoints.map(({ id }) => id))
    const wants = ({ event }: Entry) =>
      sees(visibility, event) &&
      matches(event) &&
      // What it causes itself must not cause more.
      !(event.resource?.kind === endpointKind && own.has(event.resource.uid))
    const courier = createCourier({
      endpoint,
      progress,
      queue: { pages: tail.pages, tip: tail.tip, wants, room: parts.limits.queueEntries },
      most,
      gathers,
      listed,
      limits: parts.limits,
      mayStart: parts.mayStart,
      admit: async () => {
        if (rate === null) return null
        return (await webhooks.allow(`rate/${endpoint.uri}`, rate.attempts, rate.windowMs))
          ? null
          : rateRestMs
      },
      attempt: line.attempt,
      tail: () => parts.log.tail(),
      changed: (urgent) => saver.changed(round, urgent),
    })
    const filing = narrowFiling(fileEventFilter(webhook.filter), 'account', visibility)
    const round: Round = {
      endpoint: endpoint.id,
      lease,
      courier,
      key,
      leave: tail.add(filing, courier),
      save: courier.save,
      refused: () => drop(round),
    }
    rounds.set(endpoint.id, round)
    courier.wake()
  }

  /** Ends a round whose place was taken: nothing of it is written any more. */
  function drop(round: Round): void {
    round.leave()
    if (rounds.get(round.endpoint) === round) rounds.delete(round.endpoint)
    void round.courier.stop(0)
  }

  async function endOnes(ones: readonly Round[], graceMs: number): Promise<void> {
    for (const round of ones) {
      round.leave()
      rounds.delete(round.endpoint)
      ending.add(round.endpoint)
    }
    await Promise.all(ones.map(({ courier }) => courier.stop(graceMs)))
    await saver.flush(ones)
    for (const { endpoint } of ones) ending.delete(endpoint)
  }

  return {
    async match(all, held, due) {
      const mine = [...all.values()].filter(
        ({ shard, endpoint }) => held.has(shard) && !ending.has(endpoint.id),
      )
      const isComplete = mine.every(({ endpoint: { id } }) => rounds.has(id) || resting.has(id))
      if (!due && isComplete) return
      const work = await findWork(mine, held)
      resting = new Set(mine.map(({ endpoint }) => endpoint.id).filter((id) => !work.has(id)))
      const over = [...rounds.values()].filter((round) => !fits(round, work.get(round.endpoint)))
      // Not awaited: one that hangs keeps no other waiting. It begins anew at a later look.
      for (const round of over) void endOnes([round], parts.graceMs)
      for (const [endpoint, one] of work) if (!rounds.has(endpoint) && !ending.has(endpoint)) begin(one)
    },
    wake() {
      for (const { courier } of rounds.values()) courier.wake()
    },
    saveAll() {
      for (const round of rounds.values()) saver.changed(round, false)
    },
    end: (isMeant, graceMs) =>
      endOnes(
        [...rounds.values()].filter(({ lease }) => isMeant(lease.shard)),
        graceMs,
      ),
  }
}
