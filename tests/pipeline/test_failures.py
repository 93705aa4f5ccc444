"""What is shown of a failed job."""

from edgecase.pipeline.failures import failure


def test_the_end_of_a_log_is_shown(tmp_path):
    log = tmp_path / "download.log"
    log.write_text("".join(f"line {n}\n" for n in range(40)) + "10%\r50%\r\nerror: no route\n\n")
    first, above, *lines, where = failure("download", ["raw"], [str(log)]).splitlines()
    assert first == "Error in rule download, which makes raw:"
    assert above == "    (12 more lines above these)"
    assert lines[0] == "    line 12"
    assert lines[-3:] == ["    line 39", "    50%", "    error: no route"]
    assert where == f"Its log: {log}"


def test_a_job_without_a_message_is_told_as_such(tmp_path):
    (tmp_path / "empty.log").touch()
    for logs in ([], [str(tmp_path / "absent.log")], [str(tmp_path / "empty.log")]):
        assert "it has left no message" in failure("cell", ["cell.json"], logs)
