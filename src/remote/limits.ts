/* The limits of a conversation between the store `remote` and `credbridge serve` (docs/serve.md). Times in milliseconds. */

/** How long a new connection may take to send its first request, and then each further one. */
export const requestLimit = 10_000

/** How long the far side may leave an answer unread. */
export const readLimit = 10_000

/** How long a person may take to answer a question. */
export const questionLimit = 60_000

/** How long the store `remote` waits for an answer: a question to a person, and the work after it. */
export const answerLimit = questionLimit + 30_000

/** How many connections one socket has at a time. Further ones are closed at once. */
export const mostConnections = 256

/** How many requests of one socket are carried out at a time. */
export const mostAtOnce = 8

/** How many requests one socket answers at once, and then each second. A faster far side waits. */
export const burst = 1000
export const eachSecond = 200

/** How many endpoints one request may name: a lookup widens to at most 65. */
export const mostEndpoints = 128

/** The longest name of an account, of a tool or of an endpoint, in UTF-16 units. */
export const longestName = 4096
