"""Starts kwalletd5 as pam_kwallet does: it opens the wallet with a key from the password, without a dialog, and makes it
if there is none. The words are a folder for a socket, and the password.

https://invent.kde.org/plasma/kwallet-pam/-/blob/master/pam_kwallet.c
"""

import hashlib, os, secrets, socket, sys

folder, password = sys.argv[1:]
home = os.path.join(os.environ['XDG_DATA_HOME'], 'kwalletd')
os.makedirs(home, mode=0o700, exist_ok=True)
salt = os.path.join(home, 'kdewallet.salt')
if not os.path.exists(salt):
    with open(salt, 'wb') as file:
        file.write(secrets.token_bytes(56))
with open(salt, 'rb') as file:
    key = hashlib.pbkdf2_hmac('sha512', password.encode(), file.read(), 50_000, 56)

reader, writer = os.pipe()
os.write(writer, key)
os.close(writer)

path = os.path.join(folder, 'kwallet.socket')
if os.path.exists(path):
    os.unlink(path)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(1)
# It waits for the environment of the session, a line for each variable. What is written now waits in the socket.
client = socket.socket(socket.AF_UNIX)
client.connect(path)
client.sendall(''.join(f'{name}={value}\n' for name, value in os.environ.items()).encode())
client.close()

os.set_inheritable(reader, True)
listener.set_inheritable(True)
os.environ['PAM_KWALLET5_LOGIN'] = path
os.execvp('kwalletd5', ['kwalletd5', '--pam-login', str(reader), str(listener.fileno())])
