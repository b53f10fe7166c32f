"""A server whose clock is ahead: a library that is loaded before the server's own (clock_ahead.c)."""
import pathlib
import subprocess


def ahead_by(folder, seconds):
    """The environment of such a server; the library is built into the folder."""
    library = folder / f'ahead-{seconds}.so'
    subprocess.run(['cc', '-shared', '-fPIC', f'-DAHEAD_S={seconds}', '-o', library,
                    pathlib.Path(__file__).parent / 'clock_ahead.c'], check=True)
    return {'LD_PRELOAD': str(library)}
