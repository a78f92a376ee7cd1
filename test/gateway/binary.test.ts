import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { type Program, runNode } from '../support/program.ts'

const start = 'src/start.js'

let directory = ''
let programs: Program[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliograph-binary-'))
  programs = []
})

afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()))
  await rm(directory, { recursive: true, force: true })
})

function run(args: readonly string[], env: Record<string, string> = {}): Program {
  const program = runNode(args, { env })
  programs.push(program)
  return program
}

function runGateway(...flags: string[]): Program {
  return run([start, '--port', '0', '--data', directory, ...flags])
}

describe('the binary', () => {
  test('--help prints the table of settings and opens nothing', async () => {
    const program = run([start, '--help'])
    expect(await program.ended()).toBe(0)
    expect(program.output().stdout).toContain('--redis-url')
    expect(program.output().stderr).toBe('')
  })

  test('--version prints the version', async () => {
    const program = run([start, '--version'])
    expect(await program.ended()).toBe(0)
    expect(program.output().stdout).toBe(`${packageJson.version}\n`)
  })

  test('wrong settings end it with 2 and all that is wrong, without a stack', async () => {
    const program = run([start, '--port', 'x', '--prot', '1'], { HELIOGRAPH_HOST: '0.0.0.0' })
    expect(await program.ended()).toBe(2)
    const { stdout, stderr } = program.output()
    expect(stdout).toBe('')
    for (const name of ['--port is "x"', '--prot is no flag', 'HELIOGRAPH_HOST is "0.0.0.0"']) {
      expect(stderr).toContain(name)
    }
    expect(stderr).not.toMatch(/^ +at /m)
  })

  test('an older Node prints one clear line and no stack', async () => {
    const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})`
    const program = run(['--import', older, start])
    expect(await program.ended()).toBe(1)
    expect(program.output().stderr).toMatch(
      /^Heliograph needs Node 24 or newer, and this is Node 20\.20\.2: .*\n$/,
    )
  })

  test('on start it says where everything is, with nothing before it', async () => {
    const program = runGateway()
    const [, url] = await program.until(/GraphiQL {2}(http:\/\/127\.0\.0\.1:\d+)\/graphql/)
    await program.until(/metrics .*\n/)
    const { stdout, stderr } = program.output()
    expect(stdout).toMatch(/^Heliograph \d/)
    expect(stderr).toBe('')
    for (const path of ['/graphql', '/events', '/health/ready', '/metrics'])
      expect(stdout).toContain(`${url}${path}`)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  })

  test("with the secret of CloudStack's webhooks it shows their door, and never the secret", async () => {
    const secret = 'only-CloudStack-and-the-gateway'
    const env = { HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET: secret, HELIOGRAPH_LOG_LEVEL: 'trace' }
    const program = run([start, '--port', '0', '--data', directory], env)
    await program.until(/\/events\/cloudstack {2}\(webhooks\)\n[\s\S]*metrics/)
    program.process.kill('SIGTERM')
    await program.ended()
    expect(Object.values(program.output()).join()).not.toContain(secret)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it in good order with exit code 0', async (signal) => {
    const program = runGateway()
    await program.until(/metrics/)
    program.process.kill(signal)
    expect(await program.ended()).toBe(0)
    expect(program.output().stdout).toContain('"msg":"stopped"')
  })

  test('under --watch, as npm run dev has it, it starts and takes events as well', async () => {
    const program = run(['--watch', start, '--port', '0', '--data', directory])
    const [, url] = await program.until(/(http:\/\/127\.0\.0\.1:\d+)\/events/)
    const body = JSON.stringify({ body: { event: 'VM.START', status: 'Started' } })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${url}/events`, { method: 'POST', headers, body })).status).toBe(202)
    // The watcher takes the gateway with it, where a kill would leave it behind.
    program.process.kill('SIGTERM')
    await program.ended()
  })

  test('a second process on the same data is refused by name, and the first goes on', async () => {
    const first = runGateway()
    const [, url] = await first.until(/(http:\/\/127\.0\.0\.1:\d+)\/events/)
    const second = runGateway()
    expect(await second.ended()).toBe(1)
    expect(second.output().stderr).toContain(directory)
    expect(second.output().stderr).not.toMatch(/^ +at /m)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  })

  test('a port that is taken ends it with 2 and names --port', async () => {
    const first = runGateway()
    const [, port = ''] = await first.until(/127\.0\.0\.1:(\d+)\/events/)
    const second = run([start, '--port', port, '--data', join(directory, 'other')])
    expect(await second.ended()).toBe(2)
    expect(second.output().stderr).toMatch(new RegExp(`port ${port} .* is taken.*--port`))
  })
})
