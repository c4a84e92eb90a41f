"""A backend for Python's keyring that asks credbridge.

`credbridge setup python` puts this file into a folder of its own, writes the path of the command into it, and names the
class `credbridge_keyring.Keyring` in keyringrc.cfg; `credbridge setup python --undo` takes all of that back.
"""

import json
import shutil
import subprocess
import sys

from keyring import backend, credentials, errors

COMMAND = None

# A person may have to unlock the keychain; credbridge itself gives up on everything else much earlier.
LIMIT = 180

# keyring 18, which flytekit still takes, has no NoKeyringError.
_NoKeyring = getattr(errors, "NoKeyringError", errors.InitError)
_ERRORS = {"locked": errors.KeyringLocked, "unavailable": _NoKeyring}


class Keyring(backend.KeyringBackend):
    """The keychain that credbridge keeps."""

    priority = 9

    def get_password(self, service, username):
        found = _ask("get", service, username, errors.KeyringError)["found"]
        return None if found is None else found["password"]

    def set_password(self, service, username, password):
        _ask("set", service, username, errors.PasswordSetError, password=password)

    def delete_password(self, service, username):
        if not _ask("delete", service, username, errors.PasswordDeleteError)["done"]:
            raise errors.PasswordDeleteError("No such password!")

    def get_credential(self, service, username):
        found = _ask("get", service, username, errors.KeyringError)["found"]
        if found is None:
            return None
        return credentials.SimpleCredential(found["username"], found["password"])


def _ask(verb, service, username, otherwise, **more):
    request = dict(more, do=verb, service=service, username=username)
    answer = _answer(json.dumps(request).encode("ascii"))
    if "error" in answer:
        error = answer["error"]
        raise _ERRORS.get(error.get("code"), otherwise)(error.get("message"))
    return answer


def _answer(request):
    command = COMMAND or shutil.which("credbridge-keyring")
    if command is None:
        raise _NoKeyring("credbridge-keyring is not installed or not on PATH")
    hidden = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
    try:
        done = subprocess.run(
            [command, "--credbridge-backend"],
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=LIMIT,
            **hidden
        )
    except OSError as error:
        raise _NoKeyring("%s cannot be run (%s); credbridge setup python --undo turns it off" % (command, error.strerror))
    except subprocess.TimeoutExpired:
        # The exception would repeat what was written to the command.
        raise errors.KeyringError("credbridge did not answer in time") from None
    try:
        return json.loads(done.stdout.decode("ascii"))
    except ValueError:
        told = done.stderr.decode("utf-8", "replace").strip()
        raise errors.KeyringError("credbridge broke: %s" % (told or "exit %d" % done.returncode)) from None
