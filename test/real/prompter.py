"""A person for gnome-keyring's dialogs: gcr's own prompter for tests, without a screen.

Prints its name on the bus, which gnome-keyring-daemon takes from GNOME_KEYRING_TEST_PROMPTER. Each line of its input is
what the person does at the next dialog: `password <text>`, `confirm`, `cancel`, or `nothing` for leaving it open.
"""

import ctypes
import sys

gcr = ctypes.CDLL('libgcr-base-3.so.1')
gcr.gcr_mock_prompter_start.restype = ctypes.c_char_p
end_of_properties = ctypes.c_void_p(None)

print(gcr.gcr_mock_prompter_start().decode(), flush=True)
for line in sys.stdin:
    word, _, text = line.rstrip('\n').partition(' ')
    if word == 'password':
        gcr.gcr_mock_prompter_expect_password_ok(text.encode(), end_of_properties)
    elif word == 'confirm':
        gcr.gcr_mock_prompter_expect_confirm_ok(end_of_properties)
    elif word == 'cancel':
        gcr.gcr_mock_prompter_expect_password_cancel()
    elif word == 'nothing':
        gcr.gcr_mock_prompter_set_delay_msec(600000)
        gcr.gcr_mock_prompter_expect_password_ok(b'', end_of_properties)
    print('ready', flush=True)
gcr.gcr_mock_prompter_stop()
