// The doors for machines that watch the gateway, and the front door that says where the others are.

import type { ServerResponse } from 'node:http'
import type { Health } from '../observe/health.ts'
import type { Metrics } from '../observe/metrics.ts'
import { commonHeaders, replyJson } from './json-reply.ts'
import { accepts, type Exchange, type Route } from './route.ts'

const doors = {
  graphql: '/graphql',
  events: '/events',
  cloudstack: '/events/cloudstack',
  live: '/health/live',
  ready: '/health/ready',
  metrics: '/metrics',
}

/** `/`, `/health/live`, `/health/ready` and `/metrics`. */
export function operatorRoutes(parts: { health: Health; metrics: Metrics }): [string, Route][] {
  const { health, metrics } = parts
  return [
    ['/', { kind: 'PAGE', methods: { GET: replyFrontDoor } }],
    [
      doors.live,
      { kind: 'OPEN', methods: { GET: ({ response }) => replyJson(response, 200, health.live()) } },
    ],
    [doors.ready, { kind: 'OPEN', methods: { GET: ({ response }) => replyReady(response, health) } }],
    [
      doors.metrics,
      {
        kind: 'GUARDED',
        right: 'METRICS',
        methods: { GET: ({ response }) => replyMetrics(response, metrics) },
      },
    ],
  ]
}

/** A browser goes on to GraphiQL, everybody else is told the doors. */
function replyFrontDoor({ request, response }: Exchange): void {
  if (accepts(request, 'text/html')) {
    response.writeHead(302, { ...commonHeaders, location: doors.graphql, 'content-length': 0 }).end()
  } else {
    replyJson(response, 200, doors)
  }
}

function replyReady(response: ServerResponse, health: Health): void {
  const readiness = health.ready()
  replyJson(response, readiness.ready ? 200 : 503, readiness)
}

async function replyMetrics(response: ServerResponse, metrics: Metrics): Promise<void> {
  const text = await metrics.text()
  response.writeHead(200, { ...commonHeaders, 'content-type': metrics.contentType }).end(text)
}
