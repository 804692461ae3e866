import errno

import pytest

from bench.run.child import ChildFailed
from bench.run.isolation.handover import blamed_on_child, hand_over


def test_a_file_is_handed_over_through_no_link(tmp_path):
    (tmp_path / "source").write_text("new")
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "target").symlink_to(tmp_path / "elsewhere")
    hand_over(tmp_path / "source", tmp_path / "target")
    assert (tmp_path / "target").read_text() == "new"
    assert not (tmp_path / "target").is_symlink()
    assert (tmp_path / "elsewhere").read_text() == "kept"


def test_what_a_plugin_put_in_the_way_fails_its_own_cell(tmp_path):
    (tmp_path / "source").touch()
    (tmp_path / "target").mkdir()
    with pytest.raises(ChildFailed) as caught:
        hand_over(tmp_path / "source", tmp_path / "target")
    assert caught.value.status == "failed"
    assert caught.value.message == "the file target cannot be handed over: Is a directory"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_not_blamed_on_the_plugin(number):
    with pytest.raises(OSError, match="full") as caught, blamed_on_child("the traces cannot be written"):
        raise OSError(number, "full")
    assert caught.value.errno == number
