from edgecase.figures import printed


def test_authors_ordering_and_rounds():
    """The claim of the figure holds in the printed numbers from round 25 on."""
    edge, normal = printed.BACKDOOR["edge-case"], printed.BACKDOOR["normal-case"]
    assert list(edge) == list(normal) == list(printed.MAIN)
    assert all(edge[t] > normal[t] for t in edge if t >= 25)
    assert (edge[499], normal[499], printed.MAIN[499]) == (84, 22, 99.4)
