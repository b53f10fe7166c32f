"""Another version and the way back, under load: an older program is killed, this one goes on with its data directory and is killed,
the older one goes on or refuses by name, this one goes on again. Nothing acknowledged by either is missing or there twice, each alert
was raised and handed over once. No part of `./x test`: it needs the other program (`./x upgrade`)."""
import argparse
import signal

from disks import Folder
from life import hold
from lives import Checks, one_life

ROUNDS = 4  # kills of each program in its turn


async def rounds_of(life, outcome, program):
    life.program = program
    for _ in range(ROUNDS):
        await life.round()
        outcome.rounds += 1


async def goes_back(life, program):
    """Whether the older program starts on what this one left. If not, it says why and ends in good order; nothing is harmed."""
    life.program = program
    server = life.server()
    if await server.ready() is not None:
        await server.end()
        life.check_log()
        return None
    code = await server.end(signal.SIGKILL)
    said = life.complaint().strip().splitlines()
    hold(code == 1 and said and said[-1].startswith('haechi: '), f'the way back ends with {code}', said[-3:])
    life.check_log()
    return said[-1]


async def there_and_back(life, outcome, older, newer):
    outcome.refused = []
    for turn in range(2):
        if turn == 0 or not outcome.refused:
            await rounds_of(life, outcome, older)
        await rounds_of(life, outcome, newer)
        refused = await goes_back(life, older)
        if refused:
            outcome.refused.append(refused)
    await rounds_of(life, outcome, newer)
    await life.last_start()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--haechi', required=True, help='this program')
    parser.add_argument('--older', required=True, help='the other one')
    parser.add_argument('--lives', type=int, default=10)
    parser.add_argument('--seed', type=int, default=1)
    options, checks = parser.parse_args(), Checks()
    outcomes = [one_life(options.haechi, Folder, options.seed + at, there_and_back, options.older, options.haechi)
                for at in range(options.lives)]
    for outcome in outcomes:
        checks.check(f'seed {outcome.seed}: {outcome.rounds} kills of both, {outcome.acknowledged} acknowledgements kept',
                     outcome.broken is None, outcome.broken)
    refused = sorted({one for outcome in outcomes for one in getattr(outcome, 'refused', [])})
    print('      the way back: ' + ('open' if not refused else '; '.join(refused)))
    print(f'{sum(o.rounds for o in outcomes)} kills, {sum(o.acknowledged for o in outcomes)} acknowledgements, '
          f'{sum(len(o.starts) for o in outcomes)} starts', flush=True)
    checks.finish()


if __name__ == '__main__':
    main()
