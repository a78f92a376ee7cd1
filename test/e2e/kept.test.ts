// Acknowledged means kept: gateways are killed in the middle of a load, and what they had acknowledged
// is counted afterwards, through the public doors.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { engineNames } from '../support/gateway.ts'
import { type Program, runNode } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'

const rounds = 3
const posters = 8
const batch = 5

describe.each(engineNames)('on %s', (engine) => {
  test('acknowledged means kept: after kill -9 under load every acknowledged event is there, once', async () => {
    await using made = new AsyncDisposableStack()
    const env = await settingsFor(engine, made)
    const acknowledged = new Set<string>()
    for (let round = 0; round < rounds; round++) {
      const gateway = await start(env)
      const enough = acknowledged.size + 200
      await load(gateway.url, `${round}`, acknowledged, enough, () => gateway.program.kill())
    }
    const { url, program } = await start(env)
    made.defer(() => program.kill())
    const logged = await allEventIds(url)
    expect(logged.length).toBe(new Set(logged).size)
    expect([...acknowledged].filter((id) => !logged.includes(id))).toEqual([])
  })
})

async function settingsFor(engine: string, made: AsyncDisposableStack): Promise<Record<string, string>> {
  const settings = { HELIOGRAPH_PORT: '0', HELIOGRAPH_LOG_LEVEL: 'warn' }
  if (engine === 'redis') {
    const redis = await startRedis({ appendOnly: true })
    made.defer(() => redis.stop())
    return { ...settings, HELIOGRAPH_REDIS_URL: redis.url }
  }
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-kept-'))
  made.defer(() => rm(directory, { recursive: true, force: true }))
  return { ...settings, HELIOGRAPH_DATA: directory }
}

async function start(env: Record<string, string>): Promise<{ url: string; program: Program }> {
  const program = runNode(['src/start.js'], { env })
  const [, url = ''] = await program.until(/(http:\/\/127\.0\.0\.1:\d+)\/graphql/)
  return { url, program }
}

/** Posts from several clients at once until `enough` is acknowledged, then kills; the rest fails. */
async function load(
  url: string,
  name: string,
  acknowledged: Set<string>,
  enough: number,
  kill: () => Promise<void>,
): Promise<void> {
  let killed: Promise<void> | null = null
  let next = 0
  const poster = async () => {
    while (killed === null) {
      const ids = Array.from({ length: batch }, () => `kept-${name}-${next++}`)
      const response = await fetch(`${url}/events`, {
        method: 'POST',
        headers: { 'content-type': cloudEventBatch },
        body: JSON.stringify(ids.map((id) => note(id))),
      }).catch(() => null)
      if (response?.status !== 202) return
      for (const id of ids) acknowledged.add(id)
      if (acknowledged.size >= enough) killed ??= kill()
    }
  }
  await Promise.all(Array.from({ length: posters }, poster))
  await killed
}

type Page = {
  events: { nodes: { eventId: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
}

async function allEventIds(url: string): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | null = null; ; ) {
    const { events }: Page = await query<Page>(
      `${url}/graphql`,
      `query ($after: Cursor) {
        events(first: 500, after: $after) { nodes { eventId } pageInfo { hasNextPage endCursor } }
      }`,
      { after },
    )
    ids.push(...events.nodes.map(({ eventId }) => eventId))
    if (!events.pageInfo.hasNextPage) return ids
    after = events.pageInfo.endCursor
  }
}
