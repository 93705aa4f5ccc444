"""Load YAML and notice the keys that a mapping repeats; YAML itself keeps the last one silently."""

import yaml


def load(text: str) -> tuple[object, list[str]]:
    """The content of a YAML document, and a sentence for each repeated key.

    >>> load("lr: 0.1\\nlr: 0.2")
    ({'lr': 0.2}, ["the key 'lr' is given twice, in lines 1 and 2; keep one of them"])
    """
    loader = _Loader(text)
    try:
        return loader.get_single_data(), loader.repeated
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    def __init__(self, text: str):
        super().__init__(text)
        self.repeated: list[str] = []

    def compose_mapping_node(self, anchor: str | None) -> yaml.MappingNode:
        """A mapping as it is written, where `<<` is a key like any other."""
        node = super().compose_mapping_node(anchor)
        lines: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            name, line = (key.tag, key.value), key.start_mark.line + 1
            if name in lines:
                self.repeated.append(
                    f"the key '{key.value}' is given twice, in lines {lines[name]} and {line}; "
                    "keep one of them"
                )
            lines[name] = line
        return node
