# The reader of the documents notices what is wrong in them.
import subprocess
import sys

import pytest


def page(*blocks):
    return "\n\n".join(f"{comment}\n```{language}\n{text}\n```" for comment, language, text in blocks)


def test_blocks_share_a_folder_and_a_namespace_in_order(reader_of_text):
    text = page(
        ("", "bash", "echo 3 > number"),
        ("", "python", "from pathlib import Path\nnumber = int(Path('number').read_text())"),
        ("", "python", "print(number + 1)"),
        ("<!-- output -->", "", "4"),
    )
    reader = reader_of_text(text)
    reader.follow(reader.blocks[-1])
    assert reader.said == "4\n"


def test_a_block_runs_once_however_often_it_is_needed(reader_of_text):
    text = page(("", "python", "count = globals().get('count', 0) + 1"), ("", "python", "print(count)"))
    reader = reader_of_text(text)
    for block in [*reader.blocks, *reader.blocks]:
        reader.follow(block)
    assert reader.namespace["count"] == 1


def test_a_file_is_written_and_not_run(reader_of_text):
    text = page(("<!-- file: my_models/broken.py -->", "python", "raise SystemExit"), ("", "bash", "cat my_models/*"))
    reader = reader_of_text(text)
    reader.follow(reader.blocks[-1])
    assert reader.said == "raise SystemExit\n"


def test_a_quick_block_does_without_the_slow_ones_before_it(reader_of_text):
    text = page(("<!-- slow -->", "python", "raise ValueError"), ("", "python", "print(1)"))
    reader = reader_of_text(text)
    reader.follow(reader.blocks[1])
    assert reader.said == "1\n"
    with pytest.raises(ValueError, match=r"^$"):
        reader.follow(reader.blocks[0])


def test_the_output_of_a_slow_block_is_slow_and_that_of_a_quick_one_is_not(reader_of_text):
    text = page(
        ("<!-- slow -->", "python", "print(1)"),
        ("<!-- output -->", "text", "1"),
        ("", "python", "print(2)"),
        ("<!-- output -->", "text", "2"),
    )
    reader = reader_of_text(text)
    assert [block.slow for block in reader.blocks] == [True, True, False, False]
    reader.follow(reader.blocks[3])
    assert reader.said == "2\n"


def test_output_that_differs_is_shown(reader_of_text):
    reader = reader_of_text(page(("", "python", "print('R2 0.5')"), ("<!-- output -->", "text", "R2 0.6")))
    told = r"^made_up.md:7-text says otherwise:\n  Expected:\n      R2 0.6\n  Got:\n      R2 0.5\n"
    with pytest.raises(AssertionError, match=told):
        reader.follow(reader.blocks[1])


def test_output_may_leave_out_what_changes(reader_of_text):
    reader = reader_of_text(page(("", "python", "print('took 3.1 s')"), ("<!-- output -->", "text", "took ... s")))
    reader.follow(reader.blocks[1])


@pytest.mark.parametrize("text", ["false", "false | true", "echo $nothing_of_that_name"])
def test_a_command_that_fails_is_a_failure(reader_of_text, text):
    reader = reader_of_text(page(("", "bash", text)))
    with pytest.raises(AssertionError, match=r"^made_up.md:2-bash ends with 1:\n"):
        reader.follow(reader.blocks[0])


def test_every_preset_is_small(reader_of_text):
    source = "from bench.task import PRESETS; print(sorted({sizes.train for sizes in PRESETS.values()}))"
    text = page(("", "python", source), ("<!-- slow -->", "python", source))
    reader = reader_of_text(text)
    said = [reader.follow(block) or reader.said for block in reader.blocks]
    assert said == ["[64]\n", "[1024]\n"]


def test_python_in_the_shell_is_this_one_and_the_command_line_is_small(reader_of_text):
    source = "import sys; from bench.task import PRESETS; print(sys.argv[1:], PRESETS['full'].train)"
    text = page(
        ("", "bash", "source .venv/bin/activate\npython -c 'import sys; print(sys.prefix)'"),
        ("<!-- file: stand_in.py -->", "python", source),
        ("", "bash", "mv stand_in.py run_bench.py\npython run_bench.py --list"),
    )
    reader = reader_of_text(text)
    reader.follow(reader.blocks[0])
    assert reader.said == f"{sys.prefix}\n"
    reader.follow(reader.blocks[2])
    assert reader.said == "['--list'] 64\n"


def test_a_block_that_is_only_checked_does_not_run(reader_of_text):
    reader = reader_of_text(page(("<!-- syntax: needs a cluster here -->", "bash", "false"), ("", "bash", "true")))
    assert [block.runs for block in reader.blocks] == [False, True]
    reader.follow(reader.blocks[1])


def test_a_block_that_hangs_is_ended(reader_of_text, monkeypatch):
    reader = reader_of_text(page(("", "bash", "sleep 60")))
    monkeypatch.setitem(type(reader).patience_s, False, 0.2)
    with pytest.raises(subprocess.TimeoutExpired, match=r"timed out after 0\.2 seconds"):
        reader.follow(reader.blocks[0])
