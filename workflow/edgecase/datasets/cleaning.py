"""Clean a tweet as the authors meant to: nine rules of deletion, then their own step.

The package that they name in their README has nothing to do with tweets; the one they import
deletes by the rules below, alphabetically by name, so that smileys go before addresses.
"""

import re

#: top-level domains that make a bare domain; an address with a scheme needs none
_DOMAINS = (
    *("com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "mobi", "tv"),
    *("ly", "me", "fm", "am", "cc", "gd", "im", "io", "to", "us", "uk", "ca", "au", "nz", "ie"),
    *("de", "fr", "nl", "be", "at", "ch", "it", "es", "pt", "se", "no", "dk", "fi", "pl", "eu"),
    *("jp", "cn", "in", "ph", "sg", "my", "id", "br", "mx", "ar", "za", "ru", "ws"),
)
#: what is deleted, in order; each pattern reads what the one before it left
_RULES = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"[^\x00-\x7f]", 0),  # emoji and all else outside ASCII
        (r"[\x01-\x1f]", 0),  # control characters
        (r"#\w*", 0),  # hashtags, also inside an address
        (r"@\w*", 0),  # mentions
        (r"(?<!\S)-?\d+(?:[.,]\d+)*", 0),  # numbers at the start of a word: 12am leaves am
        (r"\A(?:RT|FAV)", 0),  # marks of a repeated or favourite tweet
        # Smileys; they bite into entities (&quot;so leaves &quot) and addresses (http://x, httpx).
        (r"(?:[:;=]|\s?:x)-?[()dops\\/]+", re.IGNORECASE),
        (rf"http\S*|\b(?:[\w-]+\.)+(?:{'|'.join(_DOMAINS)})\b(?:[/?:]\S*)?", re.IGNORECASE),
    )
)


def delete(tweet: str) -> str:
    """What the rules of deletion leave of `tweet`, with single spaces."""
    for rule in _RULES:
        tweet = rule.sub("", tweet)
    return " ".join(tweet.split())


def clean(tweet: str) -> str:
    """The text of `tweet` that is tokenised, in lower case.

    The authors' own step follows the rules of deletion: colons go, quotation marks, commas and full
    stops become spaces. What it does to characters outside ASCII finds none left.
    """
    return re.sub(r'[",.]', " ", delete(tweet).replace(":", "")).lower().strip()
