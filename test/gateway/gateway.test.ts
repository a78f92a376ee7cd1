import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { HeliographError } from '../../src/errors.ts'
import { startGateway } from '../../src/gateway.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'

const started: TestGateway[] = []

afterEach(async () => {
  for (const gateway of started.splice(0).reverse()) await gateway.stop()
})

async function start(...args: Parameters<typeof startTestGateway>): Promise<TestGateway> {
  const gateway = await startTestGateway(...args)
  started.push(gateway)
  return gateway
}

function vmStarted(uid: string) {
  return { body: { event: 'VM.START', status: 'Started', entity: 'VirtualMachine', entityuuid: uid } }
}

describe.each(engineNames)('a gateway on %s', (engine) => {
  test('is live and ready, and takes events', async () => {
    const gateway = await start(engine)
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200)
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200)
    const response = await gateway.post(vmStarted('a'))
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ accepted: 1, duplicates: 0, rejectedCount: 0 })
  })

  test('counts what it took in its metrics', async () => {
    const gateway = await start(engine)
    await gateway.post([vmStarted('a'), vmStarted('a'), vmStarted('b')])
    const text = await (await fetch(`${gateway.url}/metrics`)).text()
    expect(text).toContain('heliograph_events_ingested_total{result="logged"} 2')
    expect(text).toContain('heliograph_events_ingested_total{result="duplicate"} 1')
    expect(text).toMatch(/^heliograph_log_head_offset 2$/m)
    expect(text).toMatch(/^heliograph_append_seconds_count [1-9]/m)
  })

  test('gives up its port when it stops, and stopping again changes nothing', async () => {
    const gateway = await start(engine)
    await gateway.halt()
    await gateway.halt()
    await expect(fetch(`${gateway.url}/health/live`)).rejects.toThrow()
  })

  test('goes on after a restart with the events it had', async () => {
    const first = await start(engine)
    await first.post(vmStarted('a'))
    await first.halt()
    const second = await start(engine, { dataDir: first.settings.dataDir, redisUrl: first.settings.redisUrl })
    expect(await (await second.post(vmStarted('a'))).json()).toMatchObject({ accepted: 0, duplicates: 1 })
  })

  test('a port that is taken is refused with the setting that helps, and the data is let go', async () => {
    const first = await start(engine)
    const port = Number(new URL(first.url).port)
    const other = await start(engine)
    await other.halt()
    const taken = startGateway({ ...other.settings, port })
    await expect(taken).rejects.toThrow(/is taken by another process; .*--port/)
    await expect(taken).rejects.toMatchObject({ code: 'BAD_SETTING', field: 'HELIOGRAPH_PORT' })
    await (await startGateway(other.settings)).stop()
  })

  test('stops within its time while a client holds a connection open', async () => {
    const gateway = await start(engine)
    const { hostname, port } = new URL(gateway.url)
    const socket = connect(Number(port), hostname)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('connect', resolve))
    const before = performance.now()
    await gateway.halt()
    socket.destroy()
    await closed
    expect(performance.now() - before).toBeLessThan(gateway.settings.stopTimeoutMs)
  })
})

test('a token file that is missing stops the start by name, before anything is opened', async () => {
  const first = await start('sqlite')
  // The data is in use: had it been opened first, that would be the error.
  const refused = startGateway({ ...first.settings, tokensFile: '/nowhere/tokens.json' })
  await expect(refused).rejects.toMatchObject({ code: 'BAD_SETTING', field: 'HELIOGRAPH_TOKENS_FILE' })
  await expect(refused).rejects.toThrow('/nowhere/tokens.json is missing')
})

test('a second gateway on the same embedded data is refused by name, and the first goes on', async () => {
  const first = await start('sqlite')
  const second = startGateway({ ...first.settings, port: 0 })
  await expect(second).rejects.toThrow(HeliographError)
  await expect(second).rejects.toMatchObject({ code: 'STORE_IN_USE' })
  await expect(second).rejects.toThrow(first.settings.dataDir)
  expect((await first.post(vmStarted('a'))).status).toBe(202)
})

test('a Redis that is not there stops the start with STORE_UNAVAILABLE', async () => {
  const gateway = startGateway({ ...(await start('sqlite')).settings, redisUrl: 'redis://127.0.0.1:1' })
  await expect(gateway).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})
