import { stoppedStories } from './stopped-story.ts'
import { betweenProcesses } from './tracing.ts'

/* At the calls between which another process can find or leave something else. `stopped.weekly.test.ts` has all calls. */

stoppedStories(2, betweenProcesses)
