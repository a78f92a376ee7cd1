// Everything secret that the program is given, used rightly and wrongly with the log at its most talkative:
// nothing of it is written anywhere.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken, hashToken } from '../../src/auth/token.ts'
import { ask } from '../http/ask.ts'
import { connect, query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { busTime, deliver, headersOf, signatureOf, webhookSecret } from '../support/cloudstack-webhook.ts'
import { type Issuer, inSeconds, startIssuer } from '../support/issuer.ts'
import { type Program, runNode } from '../support/program.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../support/rabbitmq.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { everyRole, makeTokenFile, type TokenFile } from '../support/tokens.ts'

const redisPassword = `redis-${randomBytes(12).toString('hex')}`
const wrongPassword = `wrong-${randomBytes(12).toString('hex')}`
const inEvents = `told-${randomBytes(12).toString('hex')}`

let directory = ''
let redis: TestRedis
let rabbitmq: TestRabbitMQ
let issuer: Issuer
let file: TokenFile<keyof typeof everyRole>
const programs: Program[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliograph-secrets-'))
  ;[redis, rabbitmq, issuer, file] = await Promise.all([
    startRedis(),
    startRabbitMQ(),
    startIssuer(),
    makeTokenFile(everyRole),
  ])
  await redis.client().config('SET', 'requirepass', redisPassword)
})
afterAll(async () => {
  await Promise.all(programs.map((program) => program.kill()))
  await Promise.all([redis.stop(), rabbitmq.stop(), issuer.stop(), file.remove()])
  await rm(directory, { recursive: true, force: true })
})

function redisUrl(password: string): string {
  return `redis://:${password}@127.0.0.1:${redis.port}`
}

function run(env: Record<string, string>): Program {
  const program = runNode(['src/start.js', '--port', '0', '--data', directory, '--log-level', 'trace'], {
    env: {
      HELIOGRAPH_TOKENS_FILE: file.path,
      HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET: webhookSecret,
      HELIOGRAPH_JWT_JWKS_URL: issuer.settings.jwtJwksUrl,
      HELIOGRAPH_JWT_ISSUER: issuer.settings.jwtIssuer,
      HELIOGRAPH_JWT_AUDIENCE: issuer.settings.jwtAudience,
      ...env,
    },
  })
  programs.push(program)
  return program
}

/** Everything the program wrote. */
function written(program: Program): string {
  const { stdout, stderr } = program.output()
  return stdout + stderr
}

async function started(env: Record<string, string>): Promise<{ program: Program; url: string }> {
  const program = run(env)
  const [, url = ''] = await program.until(/GraphQL +(http:\S+)\/graphql/)
  return { program, url }
}

/** Where any of the secrets stands; empty where none does. */
function leaks(text: string, secrets: readonly string[]): string[] {
  return secrets.flatMap((secret) => {
    const at = text.indexOf(secret)
    return at === -1 ? [] : [text.slice(Math.max(0, at - 200), at + 20)]
  })
}

describe('the program', () => {
  it('that uses all its secrets, and is shown wrong ones, writes none of them', async () => {
    const { program, url } = await started({
      HELIOGRAPH_REDIS_URL: redisUrl(redisPassword),
      HELIOGRAPH_AMQP_URL: rabbitmq.url,
    })
    await program.until(/"msg":"[^"]*AMQP[^"]*"/i)
    const endpoint = `${url}/graphql`
    const answers: string[] = []
    const say = async (path: string, headers: Record<string, string>, method = 'GET', body?: string) => {
      const answer = await ask(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) })
      answers.push(answer.body, JSON.stringify(answer.headers))
      return answer
    }
    const wrongToken = createToken()
    const jwt = await issuer.sign()
    const expiredJwt = await issuer.sign({ exp: inSeconds(-60) })
    const { createStreamTicket } = await query<{ createStreamTicket: { ticket: string } }>(
      endpoint,
      'mutation { createStreamTicket { ticket } }',
      {},
      file.tokens.acme,
    )
    const { ticket } = createStreamTicket
    const stream = new AbortController()
    const eventStream = { accept: 'text/event-stream' }
    const streamed = await fetch(`${endpoint}?query=subscription{events{id}}&ticket=${ticket}`, {
      headers: eventStream,
      signal: stream.signal,
    })
    expect(streamed.status).toBe(200)
    stream.abort()
    const otherTicket = `st_${randomBytes(32).toString('base64url')}`
    await say(`/graphql?query={head}&ticket=${ticket}`, eventStream)
    await say(`/graphql?query={head}&ticket=${otherTicket}`, eventStream)
    await say(`/graphql?query={head}&ticket=${otherTicket}`, {})
    for (const token of [...Object.values(file.tokens), wrongToken, jwt, expiredJwt]) {
      for (const path of ['/graphql?query={head}', '/metrics', '/nowhere'])
        await say(path, { authorization: `Bearer ${token}` })
      const client = connect(endpoint.replace('http', 'ws'), token)
      await client.subscribe('{ head }').ended()
      await client.close()
    }
    const secretive = note('secretive', 'VM.UPDATE', {
      subject: 'VirtualMachine/secretive',
      data: { attributes: { password: inEvents, url: `http://me:${inEvents}@host/?apikey=${inEvents}` } },
    })
    const ingest = { 'content-type': cloudEventBatch, authorization: `Bearer ${file.tokens.ingest}` }
    expect((await say('/events', ingest, 'POST', JSON.stringify([secretive, { id: inEvents }]))).status).toBe(
      202,
    )
    await say('/events', ingest, 'POST', `[{"password":"${inEvents}"`)
    const { events } = await query<{ events: unknown }>(
      endpoint,
      '{ events(last: 5) { nodes { data } } }',
      {},
      file.tokens.admin,
    )
    answers.push(JSON.stringify(events))
    const body = {
      event: 'VM.START',
      status: 'Completed',
      eventDateTime: busTime(Date.now()),
      password: inEvents,
    }
    expect((await deliver({ url }, body)).status).toBe(200)
    const wrong = signatureOf(JSON.stringify(body), wrongPassword)
    answers.push((await deliver({ url }, body, { 'X-CS-Signature': wrong })).body)
    await say('/events/cloudstack', headersOf('VM.START', '{'), 'POST', '{')
    answers.push((await say('/metrics', { authorization: `Bearer ${file.tokens.metrics}` })).body)
    await say('/health/ready', {})
    program.process.kill('SIGTERM')
    await program.ended()

    const given = [
      redisPassword,
      webhookSecret,
      'secret-word',
      wrongToken,
      jwt,
      expiredJwt,
      ticket,
      otherTicket,
    ]
    const tokens = Object.values(file.tokens)
    const signatures = [wrong, signatureOf('{')]
    const secrets = [...given, ...tokens, ...tokens.map(hashToken), ...signatures, inEvents]
    expect(leaks(written(program), secrets)).toEqual([])
    expect(
      leaks(
        answers.join('\n'),
        secrets.filter((secret) => secret !== inEvents),
      ),
    ).toEqual([])
    // A text that is no JSON, or an id, may be quoted in what is wrong with it; nothing that was kept is.
    expect(leaks(JSON.stringify(events), [inEvents])).toEqual([])
  })

  it('that cannot log in to Redis ends, and does not say with what password', async () => {
    const program = run({ HELIOGRAPH_REDIS_URL: redisUrl(wrongPassword) })
    expect(await program.ended()).not.toBe(0)
    expect(written(program)).toContain('Heliograph cannot start')
    expect(leaks(written(program), [wrongPassword])).toEqual([])
  })

  it('that cannot log in to the broker goes on, and does not say with what password', async () => {
    const { program } = await started({
      HELIOGRAPH_AMQP_URL: `amqp://guest:${wrongPassword}@127.0.0.1:${rabbitmq.port}/`,
    })
    await program.until(/"level":(40|50).*/)
    await program.kill()
    expect(leaks(written(program), [wrongPassword])).toEqual([])
  })

  it('whose settings hold secrets where none belong does not show them', async () => {
    const program = run({
      HELIOGRAPH_REDIS_URL: `http://me:${wrongPassword}@127.0.0.1`,
      HELIOGRAPH_AMQP_URL: `mqtt://me:${wrongPassword}@127.0.0.1`,
      HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET: 'too short',
    })
    expect(await program.ended()).toBe(2)
    expect(written(program)).toContain('HELIOGRAPH_AMQP_URL')
    expect(leaks(written(program), [wrongPassword, 'too short'])).toEqual([])
  })
})
