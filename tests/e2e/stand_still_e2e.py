"""Each part of a node that an alert passes through stands still in turn, and so does each of two watchdogs that watch each
other, and a certificate ends: somebody is told within half a minute. Each part has a server of its own with a watchdog, so
that all of them stand still at once."""
import concurrent.futures
import os
import pathlib
import signal
import socket
import ssl
import tempfile
import threading
import time

import stand_still
from certificates import Authority
from haechi_server import Checks, arguments, wait_for
from watchdog_story import PERIOD_S, Story

TOLD_S = 30
THREADS = ('gateway', 'front', 'link', 'notify', 'spine', 'committer', 'watermark')


def thread_of(story, name):
    return next(thread for thread, called in stand_still.threads(story.server.process.pid).items() if called == name)


def told_after(story, begin):
    """(seconds until somebody was told after `begin`, what; None and what there was if nobody was)."""
    told = len(story.page.told)
    begin()
    began = time.monotonic()
    wait_for(lambda: len(story.page.told) > told, TOLD_S)
    waited = time.monotonic() - began
    return (waited, story.page.told[told]) if len(story.page.told) > told else (None, story.page.told)


def thread_stands_still(story, name):
    story.start()
    if not wait_for(lambda: story.rounds('good') >= 1, 6 * PERIOD_S):
        return None, story.asked('/metrics')
    thread = thread_of(story, name)
    waited, told = told_after(story, lambda: stand_still.stop(thread))
    stand_still.go_on(thread)
    over = wait_for(lambda: story.page.states()[-1:] == ['over'], 5 * PERIOD_S)
    return (waited, told) if over else (None, f'it is never over: {story.page.told}')


def threads_stand_still(checks, stories):
    """All at once, each let go by the thread of ours that stopped it."""
    with concurrent.futures.ThreadPoolExecutor(len(THREADS)) as pool:
        outcomes = list(pool.map(lambda name: thread_stands_still(stories[name], name), THREADS))
    for name, (waited, told) in zip(THREADS, outcomes):
        checks.check(f'that {name} stands still is told within {TOLD_S} s', waited is not None, told)
        if waited is not None:
            print(f'      after {waited:.1f} s: {told["text"]}')


def watchdogs_watch_each_other(checks, one, other):
    for story, watched in ((one, other), (other, one)):
        story.process.kill()
        story.process.wait()
        with socket.create_server(('127.0.0.1', 0)) as free:
            story.gate.target = free.getsockname()[1]
    one.write_settings(port=one.gate.target, watches=f'http://127.0.0.1:{other.gate.target}')
    other.write_settings(port=other.gate.target, watches=f'http://127.0.0.1:{one.gate.target}')
    one.start()
    other.start()
    checks.check('two watchdogs that watch each other are content', wait_for(
        lambda: all(story.rounds('good') >= 2 for story in (one, other)), 6 * PERIOD_S))
    before = [len(story.page.told) for story in (one, other)]
    for watching, watched in ((one, other), (other, one)):
        waited, told = told_after(watching, lambda: os.kill(watched.process.pid, signal.SIGSTOP))
        checks.check('that the other watchdog is stopped is told', waited is not None and 'the watchdog at' in told['text'], told)
        os.kill(watched.process.pid, signal.SIGCONT)
        checks.check('and that it is back', wait_for(lambda: watching.page.states()[-1] == 'over', 5 * PERIOD_S),
                     watching.page.told)
        print(f'      after {waited or -1:.1f} s')
    rounds = stand_still.threads(other.process.pid)
    waited, told = told_after(one, lambda: stand_still.stop(other.process.pid))
    stand_still.go_on(other.process.pid)
    checks.check('one whose rounds stand still though it answers is told of as well',
                 waited is not None and 'standing still' in told['text'], (told, rounds, before))
    print(f'      after {waited or -1:.1f} s')


class TlsDoor:
    """TLS before a port; who comes is shown the certificate of that moment."""

    def __init__(self, target):
        self.target, self.context = target, None
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def show(self, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)

    def _accept(self):
        while True:
            threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) as one, \
                    socket.create_connection(('127.0.0.1', self.target)) as other:
                threading.Thread(target=self._carry, args=(other, one), daemon=True).start()
                self._carry(one, other)
        except OSError:
            plain.close()

    @staticmethod
    def _carry(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass


def certificate_ends(checks, story, folder):
    authority = Authority(folder, 'authority')
    door = TlsDoor(story.server.devices_port)
    door.show(*authority.certify('good', 'IP:127.0.0.1'))
    story.process.kill()
    story.process.wait()
    story.write_settings(devices=f'https://127.0.0.1:{door.port}', ca=str(authority.file))
    story.start()
    checks.check('rounds through TLS are good', wait_for(lambda: story.rounds('good') >= 1, 6 * PERIOD_S),
                 story.asked('/metrics'))
    ended = authority.certify('ended', 'IP:127.0.0.1', days=-1)
    waited, told = told_after(story, lambda: door.show(*ended))
    checks.check(f'that a certificate has ended is told within {TOLD_S} s',
                 waited is not None and 'report taken' in told['text'], told)
    print(f'      after {waited or -1:.1f} s')


def main():
    checks, program = Checks(), arguments().haechi
    with tempfile.TemporaryDirectory(prefix='haechi-still-') as folder:
        stories = {}
        try:
            for name in THREADS:
                own = pathlib.Path(folder) / name
                own.mkdir()
                stories[name] = Story(checks, program, own)
                stories[name].write_settings()
                checks.check(f'the watchdog of the server whose {name} will stand still is set up',
                             stories[name].set_up().returncode == 0)
            if not stand_still.may_stop(stories['front'].server.process.pid):
                checks.skip('threads that stand still', 'this user may not stop threads of a process that keeps secrets')
                return checks.finish()
            threads_stand_still(checks, stories)
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                for done in (pool.submit(watchdogs_watch_each_other, checks, stories['gateway'], stories['front']),
                             pool.submit(certificate_ends, checks, stories['link'], folder)):
                    done.result()
        finally:
            for story in stories.values():
                story.end()
    checks.finish()


main()
