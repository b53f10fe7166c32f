"""./x fuzz --keep: what libFuzzer found for each reader, the least that leads through as much of it, into tests/fuzz/corpus."""
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
FUZZ = TOP / 'build' / 'fuzz'
BYTES_MAX = 150_000  # of one reader


def small(pieces):
    """The shortest that fit."""
    left, out = BYTES_MAX, []
    for piece in sorted(pieces, key=len):
        left -= len(piece)
        if left < 0:
            break
        out.append(piece)
    return out


def main():
    for found in sorted((FUZZ / 'corpus').iterdir()):
        with tempfile.TemporaryDirectory() as least:
            subprocess.run([FUZZ / 'bin' / 'fuzz', '-merge=1', '-max_len=4096', least, found], check=True,
                           stderr=subprocess.DEVNULL, env=dict(os.environ, HAECHI_FUZZ_TARGET=found.name))
            pieces = small([path.read_bytes() for path in sorted(pathlib.Path(least).iterdir())])
        kept = TOP / 'tests' / 'fuzz' / 'corpus' / found.name
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(b''.join(len(piece).to_bytes(4, 'little') + piece for piece in pieces))
        print(f'{found.name:16} {len(pieces):5} pieces {kept.stat().st_size:8} bytes')


if __name__ == '__main__':
    sys.exit(main())
