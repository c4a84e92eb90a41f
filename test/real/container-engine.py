"""A stand-in for `docker` and `podman`: `run` with `--mount type=bind`, `--env`, `--rm` and `--user`, as the manuals of both
describe them, by bubblewrap. The image is this machine's /usr. `info` answers with the text in ENGINE_INFO.
"""

import os, sys

words = sys.argv[1:]
if words[0] == 'info':
    print(os.environ.get('ENGINE_INFO', ''))
    sys.exit(0)
assert words.pop(0) == 'run', 'only run and info'

flags = ['--unshare-all', '--die-with-parent', '--clearenv', '--setenv', 'PATH', os.environ['ENGINE_PATH'],
         '--setenv', 'HOME', '/root', '--ro-bind', '/usr', '/usr', '--proc', '/proc', '--dev', '/dev',
         '--tmpfs', '/tmp', '--tmpfs', '/run', '--tmpfs', '/root']
for link in ['bin', 'sbin', 'lib', 'lib64']:
    flags += ['--symlink', f'usr/{link}', f'/{link}']
# What an image with credbridge has.
for path in os.environ['ENGINE_IMAGE'].split(':'):
    flags += ['--ro-bind', path, path]
while words[0].startswith('-'):
    word = words.pop(0)
    if word == '--rm':
        continue
    name, _, value = word.partition('=')
    value = value or words.pop(0)
    if name == '--env':
        flags += ['--setenv', *value.split('=', 1)]
    elif name == '--mount':
        fields = dict(field.partition('=')[::2] for field in value.split(','))
        assert fields['type'] == 'bind', value
        bind = '--ro-bind' if 'readonly' in fields else '--bind'
        flags += [bind, fields['source'], fields['target']]
    elif name == '--user':
        flags += ['--uid', value]
    else:
        sys.exit(f'unknown flag: {word}')
image = words.pop(0)
os.execvp('bwrap', ['bwrap', *flags, '--', *words])
