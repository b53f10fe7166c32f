"""Many lives, by seed, on both processors, and what came of them. Shared by kill_loop.py and power_loop.py."""
import argparse
import asyncio
import concurrent.futures
import logging
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'e2e'))
from haechi_server import Checks  # noqa: E402

from life import Broken, Life  # noqa: E402

ROUNDS_OF_A_LIFE = 25
READY_S = 10  # after a kill, under load
logging.getLogger('asyncio').setLevel(logging.ERROR)  # it warns of every write to a server that was killed


def arguments(description, rounds):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--haechi', required=True, help='the program')
    parser.add_argument('--rounds', type=int, default=rounds)
    parser.add_argument('--seed', type=int, default=1, help=f'of the first life; each has {ROUNDS_OF_A_LIFE} rounds')
    parser.add_argument('--jobs', type=int, default=2, help='lives at a time')
    return parser.parse_args()


class Outcome:
    def __init__(self, seed):
        self.seed, self.broken, self.starts, self.acknowledged, self.rounds = seed, None, [], 0, 0
        self.began_with_snapshots, self.harmed = 0, 0


async def rounds_and_end(life, outcome, rounds):
    for _ in range(rounds):
        await life.round()
        outcome.rounds += 1
    await life.last_start()


async def led(program, scratch, disk, outcome, lead, more):
    life = Life(program, scratch, disk, outcome.seed)
    try:
        await lead(life, outcome, *more)
    except Broken as wrong:
        outcome.broken = str(wrong)
    finally:
        outcome.starts, outcome.acknowledged = life.starts, life.promises.count
        outcome.began_with_snapshots, outcome.harmed = life.began_with_snapshots, life.harmed
        await life.end()


def one_life(program, make_disk, seed, lead, *more):
    """Led by `lead(life, outcome, *more)` on what `make_disk(scratch)` gives."""
    outcome = Outcome(seed)
    with tempfile.TemporaryDirectory(prefix='haechi-crash-') as scratch:
        disk = make_disk(scratch)
        try:
            asyncio.run(led(program, scratch, disk, outcome, lead, more))
        finally:
            disk.end()
    return outcome


def lead_lives(options, checks, what, make_disk):
    """Rounds by lives; every broken promise with the seed that breaks it again."""
    began = time.monotonic()
    lives = [(options.seed + at // ROUNDS_OF_A_LIFE, min(ROUNDS_OF_A_LIFE, options.rounds - at))
             for at in range(0, options.rounds, ROUNDS_OF_A_LIFE)]
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(one_life, options.haechi, make_disk, seed, rounds_and_end, rounds) for seed, rounds in lives]
        outcomes = [one.result() for one in concurrent.futures.as_completed(waiting)]
    for outcome in sorted(outcomes, key=lambda one: one.seed):
        checks.check(f'{what}: seed {outcome.seed}, {outcome.rounds} rounds, {outcome.acknowledged} acknowledgements kept',
                     outcome.broken is None, f'--seed {outcome.seed} --rounds {ROUNDS_OF_A_LIFE}: {outcome.broken}')
    with_snapshots, harmed = sum(one.began_with_snapshots for one in outcomes), sum(one.harmed for one in outcomes)
    checks.check(f'{what}: {with_snapshots} starts began with a snapshot, {harmed} harmed ones were passed over',
                 (with_snapshots > 0 and harmed > 0) or options.rounds < ROUNDS_OF_A_LIFE)
    took = time.monotonic() - began
    rounds, starts = sum(one.rounds for one in outcomes), sorted(s for one in outcomes for s in one.starts)
    checks.check(f'{what}: every start is ready within {READY_S} s', starts and starts[-1] <= READY_S, starts[-3:])
    print(f'{rounds} rounds in {took:.1f} s, {rounds / took:.2f} a second, {sum(o.acknowledged for o in outcomes)} '
          f'acknowledgements; ready again after {starts[len(starts) // 2] * 1e3:.0f} ms (median), '
          f'{starts[-1] * 1e3:.0f} ms (most)', flush=True)
