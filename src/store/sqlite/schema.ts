// The tables, and opening the file that holds them.
//
// entries     the log; `json` is { event, change } without any offset in it, `previous` the offset of the
//             entry before about the same resource: its history is a chain, which costs no index
// dedupe      which source + eventId (hashed) was logged where; outlives its entry where the window is longer
// resources   the state; every index ends in `key`, so that any of them yields pages in the order of keys;
//             `version` is the entry that last changed it, `newest_entry` the last about it
// links       what `linksOf` says of the resources: who holds whose uid in which attribute
// tickets     stream tickets by their hashes; `operation` is null before the first use
// webhooks    what owners set, as JSON
// endpoints   how far each endpoint has come, as JSON; `attempted` counts all its attempts
// attempts    the newest of each endpoint, numbered by `attempted`
// leases      the generation of each shard; who holds it ends with the process, and is no row
// owners      what the newest token of an owner said; `accounts` is JSON
// allowances  one row for each count under a key, until it counts no more
// meta        the epoch, the last entry that was trimmed, and the revision of the webhooks

import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HeliographError } from '../../errors.ts'
import { type Epoch, parseEpoch } from '../../event/position.ts'
import { sqliteCode } from './failure.ts'

const schemaVersion = 3
// "HELI": tells the file from another program's database.
const applicationId = 0x48454c49

const ticketTable = `
CREATE TABLE tickets (
  hash TEXT PRIMARY KEY, holder TEXT NOT NULL, reference TEXT NOT NULL, operation TEXT,
  used_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ends_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_holder ON tickets (holder, operation IS NULL, used_at);
CREATE INDEX tickets_by_expiry ON tickets (expires_at);
`

const webhookTables = `
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, version INTEGER NOT NULL, json TEXT NOT NULL
) STRICT;
CREATE INDEX webhooks_by_owner ON webhooks (owner);
CREATE TABLE endpoints (
  id TEXT PRIMARY KEY, webhook TEXT NOT NULL, version INTEGER NOT NULL, attempted INTEGER NOT NULL, json TEXT NOT NULL
) STRICT;
CREATE INDEX endpoints_by_webhook ON endpoints (webhook);
CREATE TABLE attempts (
  endpoint TEXT NOT NULL, number INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (endpoint, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE leases (shard INTEGER PRIMARY KEY, generation INTEGER NOT NULL) STRICT;
CREATE TABLE owners (name TEXT PRIMARY KEY, seen_at TEXT NOT NULL, accounts TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE allowances (key TEXT NOT NULL, at INTEGER NOT NULL, ends_at INTEGER NOT NULL) STRICT;
CREATE INDEX allowances_by_key ON allowances (key, at);
CREATE INDEX allowances_by_end ON allowances (ends_at);
ALTER TABLE meta ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
`

const tables = `
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL,
  trimmed_offset INTEGER NOT NULL, trimmed_mark INTEGER NOT NULL, probes INTEGER NOT NULL
) STRICT;
CREATE TABLE entries (
  offset INTEGER PRIMARY KEY, mark INTEGER NOT NULL, received_at INTEGER NOT NULL, previous INTEGER, json TEXT NOT NULL
) STRICT;
CREATE TABLE dedupe (
  offset INTEGER PRIMARY KEY, mark INTEGER NOT NULL, received_at INTEGER NOT NULL, key TEXT NOT NULL
) STRICT;
CREATE TABLE resources (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, uid TEXT NOT NULL, name TEXT, owner TEXT,
  zone TEXT, states TEXT NOT NULL, deleted_at TEXT, version INTEGER NOT NULL, newest_entry INTEGER NOT NULL, json TEXT NOT NULL
) STRICT;
CREATE INDEX resources_by_kind ON resources (kind, key);
CREATE INDEX resources_by_owner ON resources (owner, key) WHERE owner IS NOT NULL;
CREATE INDEX resources_by_name ON resources (name, key) WHERE name IS NOT NULL;
CREATE INDEX resources_by_uid ON resources (uid, key);
CREATE INDEX tombstones ON resources (version) WHERE deleted_at IS NOT NULL;
CREATE TABLE links (
  attribute TEXT NOT NULL, uid TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (attribute, uid, key)
) STRICT, WITHOUT ROWID;
${ticketTable}${webhookTables}`

/** What each version adds to the one before, by the version it makes. */
const migrations: readonly (readonly [version: number, sql: string])[] = [
  [2, ticketTable],
  [3, webhookTables],
]

/** The path of the database in a data directory. */
export function databasePath(directory: string): string {
  return join(directory, 'heliograph.db')
}

/** Makes the data directory. @throws HeliographError BAD_SETTING where that cannot be. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    throw new HeliographError(
      'BAD_SETTING',
      `HELIOGRAPH_DATA names ${directory}, which cannot be made: ${messageOf(cause)}`,
      { field: 'HELIOGRAPH_DATA', cause },
    )
  }
}

/**
 * Opens the database for writing, and makes its tables where it is new or an older version's.
 * @throws HeliographError BAD_SETTING where the file cannot be written; STORE_UNSUITABLE where it is
 * no database of Heliograph, or a newer version's.
 */
export function openDatabase(directory: string): DatabaseSync {
  const path = databasePath(directory)
  try {
    const database = new DatabaseSync(path, { timeout: 5000 })
    checkOrCreate(database, path)
    return database
  } catch (cause) {
    throw openingFailure(cause, path)
  }
}

/** Opens the database, which `openDatabase` has opened before, for reading beside the writer. */
export function openReadOnly(directory: string): DatabaseSync {
  const database = new DatabaseSync(databasePath(directory), { readOnly: true, timeout: 5000 })
  database.exec('PRAGMA cache_size = -32000')
  return database
}

/** The epoch of the log in an opened database. */
export function readEpoch(database: DatabaseSync): Epoch {
  return parseEpoch(String(database.prepare('SELECT epoch FROM meta').get()?.epoch))
}

function checkOrCreate(database: DatabaseSync, path: string): void {
  const version = pragma(database, 'user_version')
  const isNew = version === 0 && database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (!isNew && pragma(database, 'application_id') !== applicationId) {
    throw unsuitable(
      `${path} is a database of another program: point HELIOGRAPH_DATA to a directory of its own`,
    )
  }
  if (version > schemaVersion) {
    throw unsuitable(
      `${path} was written by a newer Heliograph (schema ${version}, this one knows ${schemaVersion}): run that version, or point HELIOGRAPH_DATA elsewhere`,
    )
  }
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -64000; PRAGMA temp_store = MEMORY')
  if (isNew) createTables(database)
  else migrate(database, version)
}

/** Each step is wholly done or not at all; what is there is kept. */
function migrate(database: DatabaseSync, from: number): void {
  for (const [version, sql] of migrations) {
    if (version > from) database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${version}; COMMIT`)
  }
}

function createTables(database: DatabaseSync): void {
  const epoch = randomBytes(8).toString('hex')
  database.exec(`BEGIN IMMEDIATE; ${tables}
    INSERT INTO meta VALUES (1, '${epoch}', 0, 0, 0, 0);
    PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`)
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}

function openingFailure(cause: unknown, path: string): unknown {
  const code = sqliteCode(cause)
  if (code === null) return cause
  // SQLITE_NOTADB and SQLITE_CORRUPT: the file is there, and is something else or damaged.
  if (code === 26 || code === 11) return unsuitable(`${path} is not a database: ${messageOf(cause)}`, cause)
  return new HeliographError(
    'BAD_SETTING',
    `HELIOGRAPH_DATA: ${path} cannot be opened for writing: ${messageOf(cause)}`,
    {
      field: 'HELIOGRAPH_DATA',
      cause,
    },
  )
}

function unsuitable(message: string, cause?: unknown): HeliographError {
  return new HeliographError('STORE_UNSUITABLE', message, { field: 'HELIOGRAPH_DATA', cause })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
