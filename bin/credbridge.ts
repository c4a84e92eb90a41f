#!/usr/bin/env node
import { main } from '../src/commands/main.ts'

main(process.argv.slice(2))
