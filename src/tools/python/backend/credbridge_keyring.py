"""A backend for Python's keyring that asks credbridge.

`credbridge setup python` copies this file to a folder of its own, writes the path of the command into it, and names the
class `credbridge_keyring.Keyring` in keyringrc.cfg. `credbridge setup python --undo` reverts all of that.
"""

import json
import logging
import shutil
import subprocess
import sys

from keyring import backend, credentials, errors

COMMAND = None

# In seconds. A person may have to unlock the keychain. credbridge itself ends everything else much earlier.
LIMIT = 180

# keyring before 21.2 has no NoKeyringError.
_NoKeyring = getattr(errors, "NoKeyringError", errors.InitError)
_ERRORS = {"locked": errors.KeyringLocked, "unavailable": _NoKeyring}

# A shell's exit codes for a program that cannot be run or is not found. Our command's wrapper uses them without Node.
_NOT_RUN = (126, 127)


class Keyring(backend.KeyringBackend):
    """Asks credbridge, and then the backends of other packages for services that credbridge does not have."""

    priority = 9

    def get_password(self, service, username):
        found = _ask("get", service, username, errors.KeyringError)["found"]
        if found is not None:
            return found["password"]
        return _first(other.get_password(service, username) for other in others())

    def set_password(self, service, username, password):
        _must_be_text(errors.PasswordSetError, username=username, password=password)
        _ask("set", service, username, errors.PasswordSetError, password=password)

    def delete_password(self, service, username):
        _must_be_text(errors.PasswordDeleteError, username=username)
        if not _ask("delete", service, username, errors.PasswordDeleteError)["done"]:
            raise errors.PasswordDeleteError("No such password!")

    def get_credential(self, service, username):
        found = _ask("get", service, username, errors.KeyringError)["found"]
        if found is not None:
            return credentials.SimpleCredential(found["username"], found["password"])
        return _first(other.get_credential(service, username) for other in others())


_others = None


def others():
    """The backends of other packages that keyring recommends, the most important one first.

    They answer for services of their own, as artifacts-keyring does for Azure's. keyring's own backends are left out,
    because they read the keychain that credbridge has already read.
    """
    global _others
    if _others is None:
        _load_plugins()
        viable = [cls for cls in _subclasses(backend.KeyringBackend) if _is_anothers(cls) and _priority(cls) >= 1]
        _others = list(filter(None, map(_made, sorted(viable, key=_priority, reverse=True))))
    return _others


def _load_plugins():
    """Load plugins as keyring does, but not its own backends, because some of them take long to load."""
    try:
        from importlib import metadata
    except ImportError:  # Python 3.7
        return
    found = metadata.entry_points()
    group = "keyring.backends"
    for point in found.select(group=group) if hasattr(found, "select") else found.get(group, ()):
        if point.value.startswith("keyring."):
            continue
        try:
            load = point.load()
            if callable(load):
                load()
        except Exception:
            logging.getLogger("keyring").exception("Error initializing plugin %s.", point)


def _subclasses(cls):
    for below in cls.__subclasses__():
        yield below
        for further in _subclasses(below):
            yield further


def _is_anothers(cls):
    return cls.__module__ != "credbridge_keyring" and not cls.__module__.startswith("keyring.")


def _priority(cls):
    """The priority; -1 if the backend cannot be used. keyring skips such a backend."""
    try:
        return float(cls.priority)
    except Exception:
        return -1.0


def _made(cls):
    try:
        return cls()
    except TypeError:  # It is abstract or needs arguments. keyring skips it too.
        return None


def _first(answers):
    return next((answer for answer in answers if answer is not None), None)


def _must_be_text(error, **values):
    for name, value in values.items():
        if not isinstance(value, str):
            raise error("the %s must be a str, not %s" % (name, type(value).__name__))


def _ask(verb, service, username, otherwise, **more):
    _must_be_text(otherwise, service=service)
    if username is not None:
        _must_be_text(otherwise, username=username)
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
        raise _NoKeyring(_cannot_be_run(command, error.strerror))
    except subprocess.TimeoutExpired:
        # Without the cause, because it contains the input of the command.
        raise errors.KeyringError("credbridge did not answer in time") from None
    try:
        return json.loads(done.stdout.decode("ascii"))
    except ValueError:
        told = done.stderr.decode("utf-8", "replace").strip() or "exit %d" % done.returncode
        if done.returncode in _NOT_RUN:
            raise _NoKeyring(_cannot_be_run(command, told)) from None
        raise errors.KeyringError("credbridge failed: %s" % told) from None


def _cannot_be_run(command, why):
    mend = "credbridge setup python fixes it, credbridge setup python --undo disables it"
    return "%s cannot be run (%s); %s" % (command, why, mend)
