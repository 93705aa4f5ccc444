"""Each rule of cleaning a tweet alone, in the order in which they apply, on made-up tweets."""

import pytest

from edgecase.datasets.cleaning import clean, delete


@pytest.mark.parametrize(
    ("tweet", "left"),
    [
        # Published vectors of what the authors' package does (TEXT §1.3).
        ("@a see http://x.com/a#b 5 times :) &quot;so 10,000 RT x", "see times &quot RT x"),
        ("RT @b: 3 cats=D www.foo.com/?q=Sa", ": cats"),
        ("12am i'm #tired of 24/7", "am i'm of /7"),
        # One rule each.
        ("caf\u00e9 \u2615 ok", "caf ok"),
        ("a\x07b", "ab"),
        ("so #blessed_day now", "so now"),
        ("hi @some_one!", "hi !"),
        ("1.5 and -3 but x9", "and but x9"),
        ("FAV this RT", "this RT"),
        ("well ;-) yes =( no :xP", "well yes no"),
        ("look bit.ly/abc and example.org", "look and"),
        ("  much   space ", "much space"),
    ],
)
def test_what_a_rule_deletes(tweet, left):
    assert delete(tweet) == left


@pytest.mark.parametrize(
    ("tweet", "text"),
    [
        ('She said "Hi", then left.', "she said  hi   then left"),
        ("note: fine", "note fine"),
        ("A.B", "a b"),
    ],
)
def test_the_authors_own_step_follows(tweet, text):
    assert clean(tweet) == text
