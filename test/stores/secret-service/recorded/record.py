"""Writes libdbus.json: what libdbus sends for the calls that credbridge makes, and what a real bus answers.

Run by hand in a session with an open gnome-keyring:
  dbus-run-session -- sh -c 'printf pw | gnome-keyring-daemon --unlock --components=secrets; /usr/bin/python3 record.py'
Between libdbus (python3-dbus) and the bus stands a relay that keeps every byte.
"""

import json, os, socket, sys, tempfile, threading

real = dict(p.split('=', 1) for p in os.environ['DBUS_SESSION_BUS_ADDRESS'].split(':', 1)[1].split(','))
real_path = real.get('path') or '\0' + real['abstract']
folder = tempfile.mkdtemp()
relay_path = os.path.join(folder, 'bus')
sent, received = bytearray(), bytearray()


def pump(source, target, kept):
    while True:
        data = source.recv(65536)
        if not data:
            return
        kept += data
        target.sendall(data)


listener = socket.socket(socket.AF_UNIX)
listener.bind(relay_path)
listener.listen(1)


def relay():
    client, _ = listener.accept()
    bus = socket.socket(socket.AF_UNIX)
    bus.connect(real_path)
    threading.Thread(target=pump, args=(client, bus, sent), daemon=True).start()
    threading.Thread(target=pump, args=(bus, client, received), daemon=True).start()


threading.Thread(target=relay, daemon=True).start()

import dbus, dbus.connection
from dbus import ObjectPath as O, Array, Dictionary, Struct, ByteArray, Boolean

bus = dbus.bus.BusConnection('unix:path=' + relay_path)
dest, path, ns = 'org.freedesktop.secrets', '/org/freedesktop/secrets', 'org.freedesktop.Secret'
props = 'org.freedesktop.DBus.Properties'


def call(path, interface, member, signature, *values):
    return bus.call_blocking(dest, path, interface, member, signature, values, byte_arrays=True)


output, session = call(path, ns + '.Service', 'OpenSession', 'sv', 'plain', dbus.String('', variant_level=1))
login = call(path, ns + '.Service', 'ReadAlias', 's', 'default')
attributes = Dictionary(
    [('service', 'git:https://git.example.com'), ('username', 'jos\u00e9'), ('application', 'credbridge'),
     ('endpoint', 'https://git.example.com'), ('owner', 'git'), ('kind', 'basic')], signature='ss')
secret = Struct((session, ByteArray(b''), ByteArray('p\u00e4ss\n\U0001f511'.encode()), 'text/plain'), signature='oayays')
label = 'credbridge: jos\u00e9 at https://git.example.com (git)'
item, prompt = call(login, ns + '.Collection', 'CreateItem', 'a{sv}(oayays)b', Dictionary(
    [(ns + '.Item.Label', dbus.String(label, variant_level=1)),
     (ns + '.Item.Attributes', Dictionary(attributes, signature='ss', variant_level=1))], signature='sv'),
    secret, Boolean(False))
call(path, ns + '.Service', 'SearchItems', 'a{ss}', Dictionary({'endpoint': 'https://git.example.com'}, signature='ss'))
call(path, ns + '.Service', 'SearchItems', 'a{ss}', Dictionary({'endpoint': 'https://nothing.example.com'}, signature='ss'))
call(path, props, 'Get', 'ss', ns + '.Service', 'Collections')
call(login, props, 'Get', 'ss', ns + '.Collection', 'Locked')
call(login, props, 'Get', 'ss', ns + '.Collection', 'Items')
call(path, ns + '.Service', 'GetSecrets', 'aoo', Array([item], signature='o'), session)
call(item, props, 'GetAll', 's', ns + '.Item')
call(item, ns + '.Item', 'SetSecret', '(oayays)', secret)
call(path, ns + '.Service', 'Unlock', 'ao', Array([item], signature='o'))
bus.call_blocking('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'AddMatch', 's', (
    "type='signal',sender='org.freedesktop.secrets',interface='org.freedesktop.Secret.Prompt',member='Completed'",))
call(item, ns + '.Item', 'Delete', '')
try:
    call(item, props, 'GetAll', 's', ns + '.Item')
except dbus.DBusException:
    pass
try:
    call(path, ns + '.Service', 'GetSecrets', 'aoo', Array([item], signature='o'), O(path + '/session/none'))
except dbus.DBusException:
    pass

json.dump({'sent': sent.hex(), 'received': received.hex(), 'session': session, 'collection': login, 'item': item},
          open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'libdbus.json'), 'w'), indent=1)
