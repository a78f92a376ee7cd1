import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { type Program, root, runNode } from '../support/program.ts'

let folder = ''
let program: Program | null = null

beforeEach(async () => {
  // Below node_modules, where no types are stripped and packages are found: as when it is installed.
  folder = await mkdtemp(join(root, 'node_modules', '.package-'))
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'))
})

afterEach(async () => {
  await program?.kill()
  await rm(folder, { recursive: true, force: true })
})

describe('the published package', () => {
  test('is plain JavaScript with types, and its binary runs', async () => {
    const dist = join(folder, 'dist')
    await promisify(execFile)('tsc', ['-p', 'tsconfig.build.json', '--outDir', dist], { cwd: root })
    const binary = join(folder, packageJson.bin.heliograph)
    expect(await readFile(binary, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(await readFile(join(folder, packageJson.exports['.'].types), 'utf8')).toContain('startGateway')

    program = runNode([binary, '--port', '0', '--data', join(folder, 'data')])
    const [, url] = await program.until(/(http:\/\/127\.0\.0\.1:\d+)\/health\/ready/)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    program.process.kill('SIGTERM')
    expect(await program.ended()).toBe(0)
  })
})
