/* The host itself collects garbage while it waits (src/poll.rs). */

export const idleMemory = () => ({ heard() {}, end() {} })
