"""kill -9 under load, again and again: nothing acknowledged is missing, nothing is there twice."""
from disks import Folder, ForgetfulFolder
from lives import Checks, arguments, lead_lives, one_life, rounds_and_end


def main():
    options, checks = arguments(__doc__, rounds=500), Checks()
    lead_lives(options, checks, 'killed', Folder)
    lost = one_life(options.haechi, ForgetfulFolder, options.seed, rounds_and_end, 2 * ForgetfulFolder.KILLS)
    checks.check('control: a folder that is put back by one round is found out', lost.broken is not None)
    print(f'      {lost.broken}')
    checks.finish()


if __name__ == '__main__':
    main()
