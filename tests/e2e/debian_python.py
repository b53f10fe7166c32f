"""Imported first by a test that needs Debian's python3-aiosmtpd and python3-cryptography: begins it anew under Debian's
Python where another comes first on the PATH."""
import os
import sys

PYTHON = '/usr/bin/python3'
try:
    import aiosmtpd
    import cryptography
except ImportError as missing:
    if sys.executable == PYTHON:
        print(f'FAIL  {missing} (x.d/packages.txt names what is needed)\n0 passed, 1 failed')
        sys.exit(1)
    os.execv(PYTHON, [PYTHON, *sys.argv])
