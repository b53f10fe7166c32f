"""Where a life is led: a folder of the real file system, or one that can lose its power (powercut.cc)."""
import os
import pathlib
import shutil
import subprocess
import tempfile


class Folder:
    def __init__(self, scratch):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='disk-', dir=scratch))

    def lose_power(self, random):
        """True if what is there now is there for good. Nothing happens here: only the process dies."""
        return True

    def end(self):
        pass


class ForgetfulFolder(Folder):
    """A control: after a few kills it is again what it was after the one before."""
    KILLS = 4

    def lose_power(self, random):
        self.kills = getattr(self, 'kills', 0) + 1
        before = self.folder.with_name('before')
        if self.kills == self.KILLS:
            shutil.rmtree(self.folder)
            shutil.copytree(before, self.folder)
        shutil.rmtree(before, ignore_errors=True)
        shutil.copytree(self.folder, before)
        return True


class NoFuse(Exception):
    """File systems of one's own cannot be mounted here."""


class PowerDisk(Folder):
    """Loses, at each kill, what was not synced: all of it, or by sectors and names."""
    def __init__(self, program, scratch, lies=None):
        """`lies`: syncs of what has this in its name do nothing."""
        super().__init__(scratch)
        if not os.access('/dev/fuse', os.R_OK | os.W_OK):
            raise NoFuse('/dev/fuse is not there, or not for us')
        self.process = subprocess.Popen([program, self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, bufsize=1)
        if self.process.stdout.readline() != 'mounted\n':
            raise NoFuse(self.process.stderr.read().strip())
        if lies is not None:
            self.tell(f'lie {lies}')

    @classmethod
    def mount_once(cls, program):
        """NoFuse where it cannot be done."""
        with tempfile.TemporaryDirectory() as scratch:
            cls(program, scratch).end()

    def tell(self, command):
        self.process.stdin.write(command + '\n')
        answer = self.process.stdout.readline().split()
        if not answer or answer[0] != 'ok':
            raise RuntimeError(f'powercut: {command}: {answer}')
        return answer[1:]

    def lose_power(self, random):
        keep = random.choice([None, 0, 0, 10, 50, 90])  # None: this time only the process dies
        if keep is not None:
            self.tell(f'cut {random.getrandbits(63)} {keep}')
        return keep is not None

    def mend(self):
        for command in ('fail 0', 'room -1', 'slow 0'):
            self.tell(command)

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        self.process.stderr.close()
