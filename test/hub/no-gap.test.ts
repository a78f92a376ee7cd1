import { redisEngine } from '../support/redis-engine.ts'
import { sqliteEngine } from '../support/store.ts'
import { describeNoGap } from './no-gap.ts'

describeNoGap(sqliteEngine, 300)
describeNoGap(redisEngine, 300)
