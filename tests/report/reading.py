"""What a browser would show of a page, by the parser of the standard library."""

import base64
import gzip
import re
from html.parser import HTMLParser

_PACKED = re.compile(r'</tbody>(.*?)<script [^>]*id="rows-[^"]*">([^<]*)</script>', re.DOTALL)


def unpacked(text):
    """What `packing.packed_text` was given."""
    return gzip.decompress(base64.b64decode(text)).decode()


class Page(HTMLParser):
    """`tables` (rows of cell texts, heads first), `tags`, `text` outside scripts and styles.

    Packed rows of a long table are in their place, where the page's script puts them.
    """

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tables, self.tags, self.attributes, self.text = [], [], [], ""
        self._open = []
        self.feed(_PACKED.sub(lambda found: unpacked(found[2]) + "</tbody>" + found[1], html))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._open.append(tag)
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
            self._open.append(tag)

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data):
        if self._open and self._open[-1] in ("script", "style"):
            return
        self.text += data
        if self._open:
            self.tables[-1][-1][-1] = (self.tables[-1][-1][-1] + data).strip()
