// Reads the imports of src/ and holds the house to its plan: a room imports only what stands on a
// lower floor, an engine's library stays in the engine's room, and nothing goes round in circles.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Lowest first. A file in a folder belongs to the folder's room. */
const floors: readonly (readonly string[])[] = [
  ['errors.ts', 'loopback.ts', 'setting-kind.ts', 'observe'],
  ['event', 'settings.ts'],
  ['resource', 'channel', 'auth', 'config.ts'],
  ['event-log'],
  ['hub', 'webhook', 'ingest'],
  ['graphql', 'store'],
  ['http'],
  ['channels.ts'],
  ['gateway.ts'],
  ['main.ts'],
  ['start.js'],
]
/** Imports no room, and no room imports it. */
const apart = 'client'

/** Which folders may import a package. */
const fences: readonly { readonly packages: RegExp; readonly allowed: readonly string[] }[] = [
  { packages: /^(ioredis|graphql-redis-subscriptions)$/, allowed: ['store/redis/'] },
  { packages: /^node:sqlite$/, allowed: ['store/sqlite/'] },
  { packages: /^@pothos\//, allowed: ['graphql/'] },
  { packages: /^(graphql-yoga|@graphql-yoga\/.*|graphql-ws|ws)$/, allowed: ['http/', 'client/'] },
  { packages: /^jose$/, allowed: ['auth/'] },
  { packages: /^(rabbitmq-client|amqp.*)$/, allowed: ['ingest/amqp-source', 'channel/amqp-'] },
  { packages: /^(undici|ipaddr\.js|smpp|nodemailer)$/, allowed: ['channel/'] },
]

/** What only one file may name from outside its room. */
const named: readonly { readonly what: RegExp; readonly by: string }[] = [
  { what: /^store\/(sqlite|redis)\/.*$/, by: 'gateway.ts' },
  { what: /^ingest\/[a-z-]+-source\.ts$/, by: 'gateway.ts' },
  { what: /^channel\/[a-z-]+-channel\.ts$/, by: 'channels.ts' },
]

type Source = {
  /** Below src/, with forward slashes; so are `imports`. */
  readonly file: string
  /** Without comments. */
  readonly text: string
  readonly imports: readonly string[]
  readonly packages: readonly string[]
}

const sources = globSync('src/**/*.{ts,js}', { cwd: root }).map(readSource)
const byFile = new Map(sources.map((source) => [source.file, source]))

/** Reads a path below the root: `src/hub/hub.ts`. */
function readSource(path: string): Source {
  const file = path.split(sep).slice(1).join('/')
  const text = readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
  const matches = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\s*\(?\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/new URL\(\s*['"](\.[^'"]+\.(?:ts|js))['"]\s*,\s*import\.meta\.url/g),
  ]
  const names = [...new Set(matches.map((match) => match[1] ?? ''))]
  const imports = names.filter((name) => name.startsWith('.')).map((name) => join(dirname(file), name))
  const packages = names.filter((name) => !name.startsWith('.')).map(packageOf)
  return { file, text, imports: imports.map((name) => name.split(sep).join('/')), packages }
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? file
}

function floorOf(file: string): number {
  return floors.findIndex((rooms) => rooms.includes(roomOf(file)))
}

/** Every import of one file of ours by another that `isWrong` objects to, as `from → to`. */
function wrongImports(isWrong: (from: string, to: string) => boolean): string[] {
  return sources.flatMap(({ file, imports }) =>
    imports.filter((to) => byFile.has(to) && isWrong(file, to)).map((to) => `${file} → ${to}`),
  )
}

describe('the house', () => {
  test('every file of src stands on a floor', () => {
    expect(
      sources.map(({ file }) => file).filter((file) => floorOf(file) < 0 && roomOf(file) !== apart),
    ).toEqual([])
    expect(sources.length).toBeGreaterThan(20)
  })

  test('every relative import leads to a file', () => {
    const lost = sources.flatMap(({ file, imports }) =>
      imports.filter((to) => !existsSync(join(root, 'src', to))).map((to) => `${file} → ${to}`),
    )
    expect(lost).toEqual([])
  })

  test('a room imports only from lower floors and from itself', () => {
    expect(wrongImports((from, to) => roomOf(from) !== roomOf(to) && floorOf(to) >= floorOf(from))).toEqual(
      [],
    )
  })

  test('the client imports no room, and no room imports the client', () => {
    expect(wrongImports((from, to) => (roomOf(from) === apart) !== (roomOf(to) === apart))).toEqual([])
  })

  test('only gateway.ts names an engine or a source, and only channels.ts a channel', () => {
    const isOutside = (from: string, to: string) => dirname(from) !== dirname(to)
    const isForeign = (from: string, to: string) =>
      named.some(({ what, by }) => what.test(to) && from !== by && isOutside(from, to))
    expect(wrongImports(isForeign)).toEqual([])
  })

  test('no import leads back to its file, types included', () => {
    expect(findCycle()).toBe(null)
  })

  test('no file is called index', () => {
    expect(
      sources.filter(({ file }) => /(^|\/)index\.[a-z]+$/.test(file) && !file.includes('/generated/')),
    ).toEqual([])
  })

  test('the libraries of engines, schema and transports stay behind their fences', () => {
    const isFenced = (file: string, name: string) =>
      fences.some(
        ({ packages, allowed }) => packages.test(name) && !allowed.some((path) => file.startsWith(path)),
      )
    const across = sources.flatMap(({ file, packages }) =>
      packages.filter((name) => isFenced(file, name)).map((name) => `${file} → ${name}`),
    )
    expect(across).toEqual([])
  })

  test('every package that src imports is a dependency of the published package', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const rooms = sources.filter(({ file }) => roomOf(file) !== apart)
    const names = rooms.flatMap(({ packages }) => packages)
    const foreign = names.filter((name) => !name.startsWith('node:') && !(name in dependencies))
    expect([...new Set(foreign)]).toEqual([])
  })

  test('only main.ts and start.js touch process', () => {
    const touching = sources.filter(({ text }) => /(?<![.\w])process\b\s*[.[?]|node:process/.test(text))
    expect(
      touching.map(({ file }) => file).filter((file) => file !== 'main.ts' && file !== 'start.js'),
    ).toEqual([])
  })
})

function packageOf(name: string): string {
  if (name.startsWith('node:')) return name
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}

/** The first circle of imports as `a → b → a`, else null. */
function findCycle(): string | null {
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): string | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' → ')
    if (done.has(file)) return null
    for (const next of byFile.get(file)?.imports.filter((to) => byFile.has(to)) ?? []) {
      const cycle = walk(next, [...path, file])
      if (cycle !== null) return cycle
    }
    done.add(file)
    return null
  }
  for (const { file } of sources) {
    const cycle = walk(file, [])
    if (cycle !== null) return cycle
  }
  return null
}
