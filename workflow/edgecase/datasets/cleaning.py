"""Clean a tweet as the authors meant to: nine rules of deletion, then their own step.

The package that they name in their README has nothing to do with tweets; the one they import
deletes by the rules below, alphabetically by name, so that smileys go before addresses. It means to
delete bare domains such as x.com as well, and does not (findings/tweet-preprocessor-domains.sh).
"""

import re

#: top-level domains of which an address without a scheme is known
_DOMAINS = (
    "com|net|org|edu|gov|mil|aero|asia|biz|cat|coop|int|jobs|mobi|museum|name|post|pro|tel|"
    "travel|xxx|ja|ac|ad|ae|af|ag|ai|al|am|an|ao|aq|ar|as|at|au|aw|ax|az|ba|bd|be|bf|bg|bh|bi|"
    "bj|bm|bn|bo|br|bs|bt|bv|bw|by|bz|ca|cc|cd|cf|cg|ch|ci|ck|cl|cm|cn|co|cr|cs|cu|cv|cx|cy|dd|"
    "de|dj|dk|dm|do|dz|ec|ee|eg|eh|er|es|et|eu|fi|fj|fk|fm|fo|fr|ga|gb|gd|ge|gf|gg|gh|gi|gl|gm|"
    "gn|gp|gq|gr|gt|gu|gw|gy|hk|hm|hn|hr|ht|hu|id|ie|il|im|in|io|iq|ir|is|it|je|jm|jo|jp|ke|kg|"
    "kh|ki|km|kn|kp|kr|kw|ky|kz|lb|lc|li|lk|lr|ls|lt|lu|lv|ly|ma|mc|md|me|mg|mh|mk|ml|mm|mn|mo|"
    "mp|mq|mr|ms|mt|mu|mv|mw|mx|my|mz|na|nc|ne|ng|ni|nl|no|np|nr|nu|nz|om|pa|pe|pf|pg|ph|pk|pl|"
    "pm|pn|pr|ps|pt|pw|py|qa|re|ro|rs|ru|rw|sa|sb|sc|sd|se|sg|si|sj|sk|sl|sm|sn|so|sr|ss|st|su|"
    "sv|sx|sy|sz|tc|td|tf|tg|th|tj|tk|tl|tm|tn|to|tp|tr|tt|tv|tw|tz|ua|ug|us|uy|uz|va|vc|ve|vg|"
    "vi|vn|vu|wf|ws|ye|yt|yu|za|zm|zw"
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
        # Smileys; they bite into entities (&quot;so leaves &quot); a slash needs a space behind it.
        (r"(?:\s?:x|[:;=])-?(?:[()dops\\]|/\s)+", re.IGNORECASE),
        # Addresses with a scheme, or with a domain and a slash, but for marks at their end.
        (
            rf"(?:https?:(?:/{{1,3}}|[a-z0-9%])|[a-z0-9.-]+\.(?:{_DOMAINS})/)"
            r"(?:[^\s()<>{}\[\]]|\(\S+?\))+(?:\(\S+?\)|[^\s`!()\[\]{};:'\".,<>?])",
            re.IGNORECASE,
        ),
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
