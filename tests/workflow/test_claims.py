"""Names in config/claims.yaml that nothing has are told before any job, beside other problems."""

TASK = "standin-digits"
CLAIMS = """
  - id: mine
    figure: fig9
    roles: [task1]
    statement: Mine.
    sure: not in the paper
    parts:
      - {test: stopped, of: {attack: blackbx, defense: krumm}}
      - {test: mean, quantity: main, above: 0, of: {attack: none, defense: krum, case: edge}}
  - id: large
    figure: fig5
    roles: [task1]
    statement: Large.
    sure: not in the paper
    parts:
      - {test: mean, quantity: main_last, above: 2000000, of: {attack: none, defense: krum}}
"""


def test_every_problem_is_told_at_once(fresh):
    path = fresh.root / "config" / "claims.yaml"
    path.write_text(path.read_text(encoding="utf-8") + CLAIMS, encoding="utf-8")
    done = fresh.snakemake(changes={"tasks": {TASK: {"lr": 2_000_000}}})
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stdout
    assert not (fresh.root / "results").exists()
    told = done.stdout.split("The configuration cannot run:\n")[1]
    lines = [line for line in told.splitlines() if line.startswith("  - ")]
    assert sorted(line.split(" is ")[0].removeprefix("  - ") for line in lines) == [
        "config/claims.yaml: claims.large.parts.0.above: 2000000",
        "config/claims.yaml: claims.mine.figure: 'fig9'",
        "config/claims.yaml: claims.mine.parts.0.of.attack: 'blackbx'",
        "config/claims.yaml: claims.mine.parts.0.of.defense: 'krumm'",
        "config/claims.yaml: claims.mine.parts.1.of.case: 'edge'",
        "config/claims.yaml: claims.mine.parts.1.quantity: 'main'",
        f"tasks.{TASK}.lr: 2000000",
    ]
