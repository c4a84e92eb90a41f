import { stoppedStories } from './stopped-story.ts'

stoppedStories(4, (calls) => calls)
