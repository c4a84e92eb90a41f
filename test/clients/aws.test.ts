import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { type Aws, installedAws } from '../real/aws.ts'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs } from '../real/require.ts'
import { startWorld } from '../real/world.ts'

/* AWS's real command line, set up by `credbridge setup aws`. */

const installed = installedAws()
const at = 'https://aws.amazon.com'
const keys = { AccessKeyId: 'AKIAEXAMPLE', SecretAccessKey: 's3cret/+key' }
const far = '2099-01-01T00:00:00Z'

async function openAwsWorld({ program }: Aws) {
  const world = await startWorld('no-bus', onTestFinished)
  const clients = join(world.session.folder, 'clients')
  mkdirSync(clients)
  symlinkSync(program, join(clients, 'aws'))
  const home = world.env['HOME'] ?? ''
  const more = { PATH: `${clients}:${world.env['PATH']}`, AWS_EC2_METADATA_DISABLED: 'true', CREDBRIDGE_STORE: 'vault' }
  const path = (name: string) => join(home, '.aws', name)
  return {
    path,
    state: join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge'),
    read: (name: string) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : undefined),
    put(name: string, text: string) {
      mkdirSync(path('.'), { recursive: true })
      writeFileSync(path(name), text)
    },
    credbridge: (words: string, input = '', env = {}) =>
      world.run('credbridge', words.split(' '), { input, more: { ...more, ...env } }),
    aws: (...words: string[]) => world.run(join(clients, 'aws'), words, { more }),
    setKeys: (account: string, json: object) =>
      world.run('credbridge', ['set', '--kind', 'cloud-keys', at, account], { input: JSON.stringify(json), more }),
  }
}

needs('the build (npm run build)', built)('built', () => {
  for (const version of [1, 2] as const) {
    const client = installed.find((one) => one.version === version)
    // Version 1 is not a part of Debian.
    if (client === undefined && version === 1) continue
    needs("AWS's command line 2", client !== undefined)(`aws ${version}`, () => {
      const open = () => openAwsWorld(client ?? { program: '', version })

      thorough.each([
        ['no file', undefined],
        ['another profile', '# mine\n[default]\nregion = eu-central-1 # a\n'],
        ['no line end', '[default]\nregion = eu-central-1'],
        ['the profile', '[profile dev]\nregion = x\ns3 =\n  max_queue_size = 1\n\n[profile other]\nregion=y\n'],
        ['an empty section', '[profile "dev"]\n; nothing\n\n[profile other]\noutput=json\n'],
      ])('setup, once more and back: %s', async (_name, before) => {
        const it = await open()
        if (before !== undefined) it.put('config', before)
        const says = '~/.aws/config: profile dev asks credbridge\n'
        expect(await it.credbridge('setup aws --profile dev -n')).toMatchObject({
          stderr: `would do: ${says}`,
          exitCode: 0,
        })
        expect(it.read('config')).toBe(before)
        const setUp = await it.credbridge('setup aws --no-prove', '', { AWS_PROFILE: 'dev' })
        expect(setUp).toMatchObject({ stderr: says, exitCode: 0 })
        const { stdout } = await it.aws('configure', 'get', 'credential_process', '--profile', 'dev')
        expect(stdout.endsWith('/credbridge-aws dev\n')).toBe(true)
        expect(await it.credbridge('setup aws --profile dev --no-prove')).toMatchObject({
          stderr: 'aws: nothing to change\n',
        })
        expect((await it.credbridge('doctor')).stdout).toContain('ok      aws: aws asks credbridge for profile dev\n')
        expect(await it.credbridge('setup aws --undo')).toMatchObject({ exitCode: 0 })
        expect(it.read('config')).toBe(before)
        expect(readdirSync(it.state).filter((name) => name.includes('aws') || name.includes('try'))).toEqual([])
        expect(await it.credbridge('setup aws --undo')).toMatchObject({ stderr: 'aws: nothing to change\n' })
      })

      usual('setup is proven through aws, and nothing is left of the proof', async () => {
        const it = await open()
        expect(await it.credbridge('setup aws')).toMatchObject({
          stderr: expect.stringMatching(/asks credbridge\naws found a throw-away key in credbridge\n$/),
          exitCode: 0,
        })
        expect(await it.credbridge('list')).toMatchObject({ stdout: '', exitCode: 1 })
        expect(readdirSync(it.state).filter((name) => name.includes('try'))).toEqual([])
      })

      thorough('what is written around ours later stays when it is undone', async () => {
        const it = await open()
        it.put('config', '[profile dev]\nregion = x\n')
        await it.credbridge('setup aws --profile dev --no-prove')
        it.put('config', (it.read('config') ?? '').replace('region = x', 'region = y').replace(/$/, 'output = json\n'))
        await it.credbridge('setup aws --undo')
        expect(it.read('config')).toBe('[profile dev]\nregion = y\noutput = json\n')
      })

      thorough(
        'a file with the line ends of Windows has those of aws afterwards, and no key of it is remembered',
        async () => {
          const it = await open()
          const config = '[profile dev]\r\naws_secret_access_key = s3cret\r\n[profile other]\r\nregion = y\r\n'
          it.put('config', config)
          expect((await it.credbridge('setup aws --profile dev --no-prove --no-import')).exitCode).toBe(0)
          expect(existsSync(join(it.state, 'aws-profiles.json'))).toBe(false)
          await it.credbridge('setup aws --undo')
          expect(it.read('config')).toBe(config.replaceAll('\r', ''))
        },
      )

      thorough('another installation of ours is named by doctor and replaced', async () => {
        const it = await open()
        it.put('config', `[profile old]\ncredential_process = "/old dir/credbridge-aws" mine ${at}:8443\n`)
        expect((await it.credbridge('doctor')).stdout).toContain(
          'WRONG   aws: profile old asks another installation of credbridge\n        fix: credbridge setup aws --profile old\n',
        )
        await it.credbridge('setup aws --profile old --no-prove')
        expect(it.read('config')).toMatch(/^\[profile old\]\ncredential_process = \/.*\/credbridge-aws mine .*:8443\n$/)
        expect(it.read('config')).not.toContain('/old dir')
      })

      if (version === 1) return

      describe('finds keys', () => {
        const shown = (stdout: string) => JSON.parse(stdout) as object

        usual('that a person set, until they expire', async () => {
          const it = await open()
          await it.credbridge('setup aws --profile dev --no-prove')
          const find = () => it.aws('configure', 'export-credentials', '--profile', 'dev')
          const absent = await find()
          expect(absent).toMatchObject({
            stdout: '',
            stderr: expect.stringContaining('there are no cloud keys for dev'),
          })
          expect(absent.exitCode).not.toBe(0)
          expect(await it.setKeys('dev', keys)).toMatchObject({ stderr: `kept for ${at}\n`, exitCode: 0 })
          expect(shown((await find()).stdout)).toEqual({ Version: 1, ...keys })
          const session = { ...keys, SessionToken: 't0ken==', Expiration: far }
          expect((await it.setKeys('dev', { Credentials: session })).exitCode).toBe(0)
          expect(shown((await find()).stdout)).toEqual({
            Version: 1,
            ...session,
            Expiration: '2099-01-01T00:00:00+00:00',
          })
          const late = await it.setKeys('dev', { ...session, Expiration: '2020-01-01T00:00:00Z' })
          expect(late).toMatchObject({ stderr: 'credbridge: it has expired already, nothing was kept\n', exitCode: 2 })
          expect((await find()).exitCode).toBe(0)
        })

        thorough('that were in its files, and are in none any more, and back', async () => {
          const it = await open()
          const credentials = `[dev]\naws_access_key_id = ${keys.AccessKeyId}\n# a\naws_secret_access_key=${keys.SecretAccessKey}\n\n[no]\naws_access_key_id = A\n`
          it.put('credentials', credentials)
          const early = await it.credbridge('import aws --yes')
          expect(early).toMatchObject({
            exitCode: 2,
            stderr: expect.stringContaining('hint: credbridge setup aws --profile dev\n'),
          })
          const setUp = await it.credbridge('setup aws --profile dev --no-prove')
          expect(setUp.stderr).toContain('note: ')
          expect(setUp.stderr).toContain('has keys of dev, which aws uses first: credbridge import aws\n')
          expect((await it.credbridge('doctor')).stdout).toContain('has the keys of a profile, which aws uses first\n')
          expect(await it.credbridge('import aws --yes')).toMatchObject({
            stderr: `${it.path('credentials')}, [dev]: dev at ${at}\n1 moved\n`,
            exitCode: 0,
          })
          expect(it.read('credentials')).toBe('[dev]\n# a\n\n[no]\naws_access_key_id = A\n')
          const { stdout } = await it.aws('configure', 'export-credentials', '--profile', 'dev')
          expect(shown(stdout)).toEqual({ Version: 1, ...keys })
          expect(await it.credbridge('import aws --undo --yes')).toMatchObject({
            stderr: expect.stringContaining('1 written back\n'),
            exitCode: 0,
          })
          expect(it.read('credentials')).toBe(credentials)
          const back = await it.aws('configure', 'export-credentials', '--profile', 'dev')
          expect(shown(back.stdout)).toEqual({ Version: 1, ...keys })
        })

        thorough('that setup takes over, because aws would no longer find them', async () => {
          const it = await open()
          const config = `[default]\naws_access_key_id = ${keys.AccessKeyId}\naws_secret_access_key = ${keys.SecretAccessKey}\naws_session_token = t0ken\n`
          it.put('config', config)
          expect(await it.credbridge('setup aws -n')).toMatchObject({
            stderr: expect.stringContaining(`would do: take over ~/.aws/config, [default]: default at ${at}\n`),
          })
          expect(it.read('config')).toBe(config)
          expect(await it.credbridge('setup aws --yes')).toMatchObject({ exitCode: 0 })
          expect(it.read('config')).toMatch(/^\[default\]\ncredential_process = \S+ default\n$/)
          const { stdout } = await it.aws('configure', 'export-credentials')
          expect(shown(stdout)).toEqual({ Version: 1, ...keys, SessionToken: 't0ken' })
        })

        thorough('that a tool saved at the same place are none of it', async () => {
          const it = await open()
          await it.credbridge('setup aws --no-prove')
          await it.credbridge(`set ${at} default`, 'a password')
          expect(await it.aws('configure', 'export-credentials')).toMatchObject({ stdout: '' })
        })
      })
    })
  }
})
