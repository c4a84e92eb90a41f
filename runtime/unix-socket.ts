import { connectByNet } from '../src/system/unix-socket-net.ts'

/* The host's node:net is as lean as what src/ has in its place for Node. */

export const socketConnector = async () => connectByNet
