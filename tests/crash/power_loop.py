"""Power cuts under load, on a disk of our own (powercut.cc) that forgets or tears what was not synced: nothing acknowledged is
missing. Disks whose syncs do nothing are the controls: on each something must be lost. Then disks that fail."""
import functools
import pathlib
import signal
import time

from disks import NoFuse, PowerDisk
from life import hold
from lives import Checks, arguments, lead_lives, one_life, rounds_and_end

LIES = {'log.sqlite': 'the log', 'ring': 'the key ring', 'records.sqlite': 'the record store', '/': 'directories'}
ROUNDS_OF_A_LIE = 25  # at most, until it is found out
SYNCS = 60  # among so many from a start on, one fails
SLOW_S = 0.5


async def failing_syncs(life, outcome, rounds):
    ended = 0
    for _ in range(rounds):
        code = await life.round_on_a_failing_disk(f'fail {life.random.randint(1, SYNCS)}', 400)
        ended += code is not None
        outcome.rounds += 1
    hold(ended > rounds // 3, f'only {ended} of {rounds} failed syncs ended the process')
    await life.last_start()


async def full_disk(life, outcome):
    code = await life.round_on_a_failing_disk('room 500000', 1_000_000)
    hold(code == -signal.SIGABRT, 'a full disk does not end the process', code)
    life.disk.tell('room 0')
    server = life.server()
    hold(await server.ready() is None, 'it starts on a full disk')
    hold(await server.end() == 1, 'it does not refuse a full disk', life.complaint())
    life.disk.mend()
    await life.round()
    await life.last_start()


async def slow_disk(life, outcome):
    await life.round_on_a_failing_disk('slow 0', 100)
    began = time.monotonic()
    code = await life.round_on_a_failing_disk(f'slow {round(SLOW_S * 1e3)}', 60)
    hold(code is None, 'a slow disk ends the process')
    hold(time.monotonic() - began > SLOW_S, 'acknowledged before it was durable')
    await life.last_start()


def check_troubles(disk, options, checks):
    for what, lead, more in (('a sync says EIO once and then success', failing_syncs, [12]),
                             ('the disk is full, and then not', full_disk, []),
                             ('syncs take half a second', slow_disk, [])):
        outcome = one_life(options.haechi, disk, options.seed, lead, *more)
        checks.check(f'{what}: nothing of {outcome.acknowledged} acknowledgements is lost', outcome.broken is None,
                     outcome.broken)


def check_controls(program, options, checks):
    for name, what in LIES.items():
        disk = functools.partial(PowerDisk, program, lies=name)
        outcome = one_life(options.haechi, disk, options.seed, rounds_and_end, ROUNDS_OF_A_LIE)
        checks.check(f'control: where syncs of {what} do nothing, a loss is found', outcome.broken is not None)
        print(f'      in round {outcome.rounds + 1}: {" ".join((outcome.broken or "").split())[:160]}')


def main():
    options, checks = arguments(__doc__, rounds=200), Checks()
    program = pathlib.Path(options.haechi).resolve().parent / 'powercut'
    disk = functools.partial(PowerDisk, program)
    try:
        PowerDisk.mount_once(program)
    except NoFuse as why:
        checks.skip('power cuts', why)
        print('0 passed, 0 failed, 1 skipped')
        return
    lead_lives(options, checks, 'without power', disk)
    check_troubles(disk, options, checks)
    check_controls(program, options, checks)
    checks.finish()


if __name__ == '__main__':
    main()
