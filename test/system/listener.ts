import { appendFileSync, unlinkSync } from 'node:fs'
import { createServer } from 'node:net'

/*
 * Listens at a socket (`@` for an abstract one), logs everything that it receives, and answers like a D-Bus daemon.
 */

const [, , address = '', log = '', guid = '0123456789abcdef0123456789abcdef'] = process.argv

const path = address.replace(/^@/, '\0')

try {
  unlinkSync(path)
} catch {
  // The socket did not exist.
}
createServer((socket) => {
  appendFileSync(log, 'connected\n')
  socket.on('data', (bytes) => {
    appendFileSync(log, `${bytes.toString('latin1')}\n`)
    socket.write(`OK ${guid}\r\n`)
  })
  socket.on('error', () => {})
}).listen(path, () => process.stdout.write('listens\n'))
