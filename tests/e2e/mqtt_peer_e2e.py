"""A real MQTT client that nobody here wrote (paho-mqtt) against a real server; see mqtt_peer.py."""
import pathlib
import re
import subprocess
import sys

from haechi_server import Checks, Server, arguments, register_device

SECRET = 'a-secret-of-the-peer-device'
PYTHON = '/usr/bin/python3'  # Debian's, which has python3-paho-mqtt


def main():
    program = arguments().haechi
    checks = Checks()
    have_paho = subprocess.run([PYTHON, '-c', 'import paho.mqtt.client'], capture_output=True).returncode == 0
    if not have_paho:
        print('FAIL  python3-paho-mqtt is not installed (x.d/packages.txt names it)\n0 passed, 1 failed')
        sys.exit(1)
    server = Server(program)
    try:
        register_device(server, 'peer-1', SECRET, 'wearer-1', interval_s=60)
        run = subprocess.run([PYTHON, str(pathlib.Path(__file__).parent / 'mqtt_peer.py'), '127.0.0.1',
                              str(server.mqtt_port), 'peer-1', SECRET], capture_output=True, text=True, timeout=180)
        for line in run.stdout.splitlines():
            step = re.match(r'(ok|FAIL) +(.*)', line)
            if step:
                checks.check(step[2], step[1] == 'ok')
        checks.check('the peer ends with 0', run.returncode == 0, run.stdout[-1500:] + run.stderr[-1500:])
        checks.check('the server lives on', server.alive())
        checks.check('and ends when asked', server.stop() == 0)
    finally:
        server.end()
    checks.finish()


if __name__ == '__main__':
    main()
