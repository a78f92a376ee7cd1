-- A database as schema version 2 wrote it: three entries, a volume that belongs to a machine, and a ticket in use.
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
CREATE TABLE tickets (
  hash TEXT PRIMARY KEY, holder TEXT NOT NULL, reference TEXT NOT NULL, operation TEXT,
  used_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ends_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_holder ON tickets (holder, operation IS NULL, used_at);
CREATE INDEX tickets_by_expiry ON tickets (expires_at);
INSERT INTO meta VALUES (1, 'fbde3c274d999268', 0, 0, 0);
INSERT INTO entries VALUES (1, 4030306782, 1778751067500, NULL, '{"event":{"source":"test","eventId":"event-1","type":"TEST.HAPPENED","category":"OTHER","time":"2026-05-14T09:31:07.000Z","resource":null,"related":[],"actor":null,"zone":null,"severity":null,"status":null,"outcome":null,"description":"Number 1","transition":null,"data":{"n":1},"receivedAt":"2026-05-14T09:31:07.500Z","owner":null},"change":null}');
INSERT INTO entries VALUES (2, 2120298731, 1778751067500, NULL, '{"event":{"source":"test","eventId":"event-about-1","type":"RESOURCE.OBSERVED","category":"OTHER","time":"2026-05-14T09:31:07.500Z","resource":{"kind":"Volume","uid":"v1"},"related":[{"kind":"VirtualMachine","uid":"vm1"}],"actor":null,"zone":null,"severity":null,"status":null,"outcome":null,"description":"Number about-1","transition":null,"data":{"n":"about-1"},"receivedAt":"2026-05-14T09:31:07.500Z","owner":"alice"},"change":{"ref":{"kind":"Volume","uid":"v1"},"before":null,"after":{"kind":"Volume","uid":"v1","name":"root disk","states":{"state":{"value":"Ready","at":"1970-01-01T00:00:00.000Z"}},"owner":"alice","ownerIs":"NAMED","zone":null,"attributes":{"virtualmachineid":"vm1"},"attributesAt":null,"lastTransition":null,"updatedAt":"2026-05-14T09:31:07.500Z","deletedAt":null,"version":0}}}');
INSERT INTO entries VALUES (3, 1764804708, 1778751067500, NULL, '{"event":{"source":"test","eventId":"event-2","type":"TEST.HAPPENED","category":"OTHER","time":"2026-05-14T09:31:07.000Z","resource":null,"related":[],"actor":null,"zone":null,"severity":null,"status":null,"outcome":null,"description":"Number 2","transition":null,"data":{"n":2},"receivedAt":"2026-05-14T09:31:07.500Z","owner":null},"change":null}');
INSERT INTO dedupe VALUES (1, 4030306782, 1778751067500, '094704e8b3429214c19977c7a22dfe8e');
INSERT INTO dedupe VALUES (2, 2120298731, 1778751067500, '00c5030f353a6e53222c44341489a61f');
INSERT INTO dedupe VALUES (3, 1764804708, 1778751067500, 'c507b7b7c2973158a1f0e6337eca099c');
INSERT INTO resources VALUES (1, 'Volume/v1', 'Volume', 'v1', 'root disk', 'alice', NULL, '{"state":{"value":"Ready","at":"1970-01-01T00:00:00.000Z"}}', NULL, 2, 2, '{"kind":"Volume","uid":"v1","name":"root disk","states":{"state":{"value":"Ready","at":"1970-01-01T00:00:00.000Z"}},"owner":"alice","ownerIs":"NAMED","zone":null,"attributes":{"virtualmachineid":"vm1"},"attributesAt":null,"lastTransition":null,"updatedAt":"2026-05-14T09:31:07.500Z","deletedAt":null,"version":0}');
INSERT INTO links VALUES ('virtualmachineid', 'vm1', 'Volume/v1');
PRAGMA application_id = 1212501065;
INSERT INTO tickets VALUES ('old ticket', 'b', '{"of":"b"}', 'one', 1778751067500, 4102444800000, NULL);
PRAGMA user_version = 2;
