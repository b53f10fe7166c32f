"""Which sources of a folder can be compiled as one piece: prints a line 'path group' for each.

Most of the time of a build goes into reading headers, so several sources share one reading. Two cannot where one
names something for itself alone (in a nameless namespace) and the other has the same word, so those go apart. clang-format puts what
stands in a namespace at the beginning of a line, which is all that this needs to know of C++.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
BYTES_MAX = 90_000
NOT_NAMES = {'struct', 'class', 'enum', 'constexpr', 'const', 'static', 'inline', 'using', 'namespace', 'template', 'final',
             'TEST', 'TEST_F', 'TEST_P', 'INSTANTIATE_TEST_SUITE_P', 'TYPED_TEST'}


def hidden_names(text):
    names, hidden = set(), False
    for line in text.splitlines():
        if line == 'namespace {':
            hidden = True
        elif line == '}  // namespace':
            hidden = False
        elif re.match(r'(namespace \w+ =|using \w+ =|static )', line) or (hidden and re.match(r'[A-Za-z]', line)):
            if kind := re.match(r'(?:template <.*> )?(?:struct|class|enum class|enum|union|using|namespace) (\w+)', line):
                names.add(kind[1])
            elif before := re.match(r'([^({=;\[]*\w)\s*[({=;\[]', line):
                words = re.findall(r'\w+', before[1])
                names |= set(words[-1:]) - NOT_NAMES
    return names


def words_of(text):
    """Its own, and those of what tests share."""
    shared = [TOP / 'src' / name for name in re.findall(r'#include "(\w+/\w*test\w*\.h)"', text)]
    return set(re.findall(r'\w+', text + ' '.join(header.read_text() for header in shared if header.is_file())))


def batches(paths):
    groups = []  # [hidden names, all words, bytes, paths]
    for path in paths:
        text = path.read_text()
        names, words = hidden_names(text), words_of(text)
        for group in groups:
            if not group[0] & words and not group[1] & names and group[2] + len(text) <= BYTES_MAX:
                break
        else:
            group = [set(), set(), 0, []]
            groups.append(group)
        group[0] |= names
        group[1] |= words
        group[2] += len(text)
        group[3].append(path)
    return [group[3] for group in groups]


def main():
    for folder in [*sorted((TOP / 'src').iterdir()), *(TOP / name for name in ('sim', 'sim/hunt', 'tests/scenarios', 'tests/fuzz'))]:
        sources = sorted(folder.glob('*.cc'))
        of_tests = [path for path in sources if path.stem.endswith('_test')]
        for kind, paths in (('test', of_tests), ('room', [path for path in sources if path not in of_tests])):
            for number, batch in enumerate(batches(paths)):
                for path in batch:
                    print(path, f'{folder.name}_{kind}{number}')


if __name__ == '__main__':
    sys.exit(main())
