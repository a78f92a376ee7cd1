import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSecretBox } from '../../src/webhook/secret-box.ts'
import { openKeyFile } from '../../src/webhook/secret-key.ts'

const key = randomBytes(32)
const older = randomBytes(32)

describe('what is sealed', () => {
  it('is opened again, whatever it is, and never the same twice', () => {
    const box = createSecretBox([key])
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
        const [one, other] = [box.seal(text, place), box.seal(text, place)]
        expect(box.open(one, place)).toBe(text)
        expect(one.box).not.toBe(other.box)
      }),
    )
  })

  it('opens with any of the keys, and the first seals', () => {
    const sealed = createSecretBox([older]).seal('whsec_…', 'ep_1')
    const box = createSecretBox([key, older])
    expect(box.open(sealed, 'ep_1')).toBe('whsec_…')
    expect(box.isCurrent(sealed)).toBe(false)
    expect(box.isCurrent(box.seal('x', 'ep_1'))).toBe(true)
  })

  it('does not open in another place, with another key, or once a bit has changed', () => {
    const box = createSecretBox([key])
    const sealed = box.seal('secret', 'ep_1/secret')
    expect(box.open(sealed, 'ep_2/secret')).toBe(null)
    expect(createSecretBox([older]).open(sealed, 'ep_1/secret')).toBe(null)
    const bytes = Buffer.from(sealed.box, 'base64url')
    for (const [index, byte] of bytes.entries()) {
      const changed = Buffer.from(bytes)
      changed[index] = byte ^ 1
      expect(box.open({ ...sealed, box: changed.toString('base64url') }, 'ep_1/secret')).toBe(null)
    }
    expect(box.open({ ...sealed, box: '' }, 'ep_1/secret')).toBe(null)
  })
})

describe('the key file', () => {
  let directory = ''
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'heliograph-key-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  it('is made once, for its owner only, and gives the same key again', async () => {
    const made = await openKeyFile(join(directory, 'data'))
    expect(made.length).toBe(32)
    expect((await stat(join(directory, 'data', 'secret.key'))).mode & 0o777).toBe(0o600)
    expect(await openKeyFile(join(directory, 'data'))).toEqual(made)
  })

  it('that holds no key is refused by its name, and stays as it is', async () => {
    const path = join(directory, 'secret.key')
    await writeFile(path, 'no key')
    await expect(openKeyFile(directory)).rejects.toMatchObject({ code: 'BAD_SETTING' })
    await expect(openKeyFile(directory)).rejects.toThrow(path)
    expect(await readFile(path, 'utf8')).toBe('no key')
  })
})
