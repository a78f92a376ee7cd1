// The least that ingest can cost on Node: node:http and JSON.parse, nothing kept, nobody told.

import { createPeerServer, listen } from './peer-server.ts'

await listen(createPeerServer(() => {}))
