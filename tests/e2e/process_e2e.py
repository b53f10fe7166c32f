"""What a machine shows of a running server, and what the server asks of the machine: no secret on its command line, nothing of
its memory or environment for others of its own account, and no call to the system that its service (deploy/haechi.service)
forbids."""
import json
import os
import pathlib
import pwd
import re
import resource
import shutil
import signal
import subprocess
import tempfile

from haechi_server import Checks, Server, MqttDevice, arguments, register_device, report, wait_for

SERVICE = pathlib.Path(__file__).resolve().parents[2] / 'deploy' / 'haechi.service'
SECRET = 'a-secret-of-good-length'
MASTER = '5e' * 32


def with_cores():
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def seen_by(user, path):
    """What another process of this account reads there; None: nothing."""
    run = subprocess.run(['cat', path], capture_output=True, user=user)
    return run.stdout if run.returncode == 0 else None


def copied(program, folder):
    """Where every account may run it."""
    copy = shutil.copy(program, folder / 'program')
    os.chmod(copy, 0o755)
    return copy


def check_memory(checks, program):
    """As an account without rights, for what root sees proves nothing."""
    user = pwd.getpwnam('nobody').pw_uid if os.geteuid() == 0 else os.geteuid()
    folder = pathlib.Path(tempfile.mkdtemp(prefix='haechi-process-'))
    environment = {'PATH': os.environ['PATH'], 'HAECHI_MASTER_KEY': MASTER}
    try:
        os.chown(folder, user, -1)
        copy = copied(program, folder)
        with open(folder / 'serve.out', 'w') as out:
            server = subprocess.Popen(
                [copy, 'serve', '--data', folder / 'store', '--http-port', '0', '--devices-http-port', '0', '--mqtt-port', '0',
                 '--demo-keys', folder / 'keys.json'], stdout=out, stderr=out, env=environment, user=user, cwd=folder,
                preexec_fn=with_cores)
        (folder / 'control').mkdir()
        os.chown(folder / 'control', user, -1)
        control = subprocess.Popen(['sleep', '600'], env=environment, user=user, cwd=folder / 'control', preexec_fn=with_cores)
        try:
            ready = wait_for(lambda: 'ready ' in (folder / 'serve.out').read_text(), 60)
            if not checks.check('a server of its own account is ready', ready, (folder / 'serve.out').read_text()):
                return
            place = pathlib.Path('/proc') / str(server.pid)
            checks.check('another process is shown to its account with its environment, keys and all',
                         MASTER.encode() in (seen_by(user, f'/proc/{control.pid}/environ') or b''))
            for name in ('environ', 'mem', 'maps', 'auxv'):
                checks.check(f'the server shows its account no {name}', seen_by(user, place / name) is None)
            line = (place / 'cmdline').read_bytes()
            secrets = [MASTER, *json.loads((folder / 'keys.json').read_text()).values()]
            checks.check('no secret stands on its command line', len(secrets) > 3 and not any(
                one.encode() in line for one in secrets), line)
        finally:
            for one in (server, control):
                one.send_signal(signal.SIGABRT)
                one.wait()
        if list((folder / 'control').glob('core*')):
            checks.check('where another process leaves a core, it leaves none', not list(folder.glob('core*')))
        else:
            checks.skip('where another process leaves a core, it leaves none', 'on this machine none does, or it goes elsewhere')
    finally:
        shutil.rmtree(folder)


def calls_of(groups):
    """The names of all calls in these groups of systemd's."""
    names, left = set(), list(groups)
    while left:
        one = left.pop()
        if not one.startswith('@'):
            names.add(one)
            continue
        run = subprocess.run(['systemd-analyze', 'syscall-filter', one], capture_output=True, text=True, check=True)
        left += [line.strip() for line in run.stdout.splitlines()[1:] if line.strip() and not line.strip().startswith('#')]
    return names


def allowed_calls():
    """What the lines of the service let through; a call that they do not ends the process."""
    text, allowed = SERVICE.read_text(), None
    for words in re.findall(r'^SystemCallFilter=(.*)$', text, re.MULTILINE):
        if words.startswith('~'):
            allowed -= calls_of(words[1:].split())
        else:
            allowed = (allowed or calls_of(['@default'])) | calls_of(words.split())
    return allowed - (calls_of(['@clock']) if 'ProtectClock=true' in text else set())


def live_a_while(program, folder):
    """Through a wrapper that notes every call: start, requests, a device, an alert, SIGHUP, an end in order, another start."""
    wrapper, trace = folder / 'haechi', folder / 'trace'
    user = ''
    if os.geteuid() == 0:  # as an account without rights, for root is asked for other things
        user = '-u nobody'
        for one in (folder, folder / 'server'):
            os.chown(one, pwd.getpwnam('nobody').pw_uid, -1)
    wrapper.write_text(f'#!/bin/sh\nexec strace -f -qq -A {user} -o {trace} {copied(program, folder)} "$@"\n')
    wrapper.chmod(0o755)
    config = folder / 'haechi.toml'
    config.write_text('[keys]\napart = true\n')  # the calls of the keeper are its service's as well
    for life in range(2):
        server = Server(wrapper, folder / 'server', ['--config', str(config)])
        try:
            if life == 0:
                register_device(server, 'D-1', SECRET, 'W-1')
                server.put('orders/O-1', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': 'W-1', 'starts_at_us': '1'})
            device = MqttDevice(server.mqtt_port, 'D-1', SECRET)
            device.publish(1, report(life * 10 + 1))
            device.puback(1)
            server.ingest('D-1', SECRET, report(life * 10 + 2, events=['DEVICE_EVENT_STRAP_CUT']))
            alert = wait_for(lambda: 'STRAP_CUT' in server.request('GET', '/api/v1/alerts', 'control')[1])
            device.close()
            children = pathlib.Path(f'/proc/{server.process.pid}/task/{server.process.pid}/children').read_text().split()
            os.kill(int(children[0]), signal.SIGHUP)
            server.metrics()
            os.kill(int(children[0]), signal.SIGTERM)
            server.process.wait(60)
        finally:
            server.end()
        if not alert:
            return set()
    return set(re.findall(r'^\d+ +(\w+)\(', trace.read_text(), re.MULTILINE))


def check_calls(checks, program):
    for tool in ('systemd-analyze', 'strace'):
        if not shutil.which(tool):
            return checks.skip('the calls that a service allows', f'{tool} is not installed')
    with tempfile.TemporaryDirectory(prefix='haechi-calls-') as folder:
        folder = pathlib.Path(folder)
        (folder / 'server').mkdir()
        allowed, made = allowed_calls(), live_a_while(program, folder)
        print(f'      {len(made)} calls made, {len(allowed)} allowed', flush=True)
        checks.check('a life of the server was seen', {'fdatasync', 'accept4', 'execve'} <= made or
                     {'fdatasync', 'accept', 'execve'} <= made, sorted(made))
        checks.check('it makes no call that its service forbids', made <= allowed, sorted(made - allowed))
        wanted = {'ptrace', 'mount', 'init_module', 'bpf', 'setuid', 'reboot', 'pivot_root', 'kexec_load', 'clock_settime'}
        checks.check('the service forbids what whoever takes it over would want', not allowed & wanted, sorted(allowed & wanted))


def main():
    options, checks = arguments(), Checks()
    check_memory(checks, options.haechi)
    check_calls(checks, options.haechi)
    checks.finish()


if __name__ == '__main__':
    main()
