import commands.statistics


def test_equal_rows_have_a_line_for_each_null_and_number_of_seeds(invoke, monkeypatch):
    monkeypatch.setattr(commands.statistics, "QUICK_REPEATS", 1)
    monkeypatch.setattr(commands.statistics, "NULLS", commands.statistics.NULLS[:2])
    monkeypatch.setattr(commands.statistics, "published_findings", lambda *_: type("Found", (), {"overviews": ()}))
    monkeypatch.setattr(commands.statistics, "read_published", lambda folder: [])
    result = invoke("statistics", "--quick")
    assert result.exit_code == 0, result.stderr
    lines = [line.split(" | ") for line in result.stdout.splitlines() if line.startswith("| ")]
    assert [line[:2] for line in lines[2:]] == [
        [f"| {name}", seeds] for name in ("nothing", "all rows alike, normal") for seeds in ("3", "5")
    ]
