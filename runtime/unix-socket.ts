import { connectByNet } from '../src/system/unix-socket-net.ts'

/* The host's node:net is small, so it needs no replacement such as the pipe that src/ uses on Node. */

export const socketConnector = async () => connectByNet
