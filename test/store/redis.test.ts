import { redisEngine } from '../support/redis-engine.ts'
import { describeEventLog } from './conformance/event-log.ts'
import { describeResources } from './conformance/resources.ts'

describeEventLog(redisEngine)
describeResources(redisEngine)
