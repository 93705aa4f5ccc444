"""Each rule of cleaning a tweet, on made-up tweets, and the order of the rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecase.datasets.cleaning import clean, delete


@pytest.mark.parametrize(
    ("tweet", "left"),
    [
        # what the package that the authors import makes of these
        ("@a see http://x.com/a#b 5 times :) &quot;so 10,000 RT x", "see times &quot RT x"),
        ("RT @b: 3 cats=D www.foo.com/?q=Sa", ": cats"),
        ("12am i'm #tired of 24/7", "am i'm of /7"),
    ],
)
def test_the_published_vectors(tweet, left):
    assert delete(tweet) == left


@pytest.mark.parametrize(
    ("tweet", "cleaned"),
    [
        ("caf\xe9 \U0001f600ok \u2665", "caf ok"),
        ("\xef\xbf\xbd", ""),
        ("one\ttwo\x07 three\x1f", "onetwo three"),
        ("so #tired_2day now", "so now"),
        ("a # b", "a b"),
        ("hi @some_one9! bye", "hi ! bye"),
        ("a@b", "a"),
        ("5 a", "a"),
        ("a -3 b", "a b"),
        ("a 1,000.50 b", "a b"),
        ("2nd mp3 24/7", "nd mp3 /7"),
        ("RT hello", "hello"),
        ("FAVourite", "ourite"),
        ("rt hello RT", "rt hello rt"),
        ("5RT hello", "hello"),
        (" RT hello", "rt hello"),
    ],
)
def test_rules_a_to_f(tweet, cleaned):
    assert clean(tweet) == cleaned


@pytest.mark.parametrize("end", [")", "(", "O", "D", "P", "S", "\\", "o", "d", "))", "PpP"])
@pytest.mark.parametrize("eyes", [":", ";", "=", ":-", ";-", "=-", " :x", ":X", " :x-"])
def test_smileys(eyes, end):
    assert clean(f"so{eyes}{end} tired") == "so tired"


@pytest.mark.parametrize(
    ("tweet", "cleaned"),
    [
        ("a ;b (: a-) =", "a ;b ( a-) ="),
        ("&lt;3 &amp;do", "&lt;3 &amp"),
        ("&quot;x&quot;", "&quot;x&quot;"),
        ("so :)now", "so now"),
        ("so :x)now", "sonow"),
        # a slash is a mouth before a space alone, and takes it along
        ("so :-/ tired", "so tired"),
        ("so:/ tired", "sotired"),
        ("&lt;/3 :-/", "&lt;/3 -/"),
    ],
)
def test_what_a_smiley_is_not_and_what_it_bites(tweet, cleaned):
    assert clean(tweet) == cleaned


@pytest.mark.parametrize(
    ("tweet", "cleaned"),
    [
        ("see https://a.example/b?c=1&d now", "see now"),
        ("seehttp://a.b now", "see now"),
        ("go to Foo.CO.NZ/page.html now", "go to now"),
        ("bit.ly/abc", ""),
        ("a (http://x.com/abc); b", "a (); b"),
        # a bare domain stays, and so does one under uk, info and six more
        ("go to www.foo.org now", "go to www foo org now"),
        ("go to foo.co.uk/page now", "go to foo co uk/page now"),
        # the hashtag goes before the address, and leaves what stands before it
        ("foo.com/#top end", "foo com/ end"),
        ("foo.com/ab#top end", "end"),
        # a full stop without a space is no domain
        ("tired.Sleep now", "tired sleep now"),
        ("foo.common", "foo common"),
    ],
)
def test_addresses(tweet, cleaned):
    assert clean(tweet) == cleaned


def test_white_space():
    assert clean("  one   two \x0b  ") == "one two"


def test_the_authors_own_step():
    assert clean('He said "Hi, you" now: Yes. ok') == "he said  hi  you  now yes  ok"


@given(st.text(st.characters(codec="latin-1")))
def test_what_no_clean_tweet_holds(tweet):
    cleaned = clean(tweet)
    assert cleaned == cleaned.strip().lower()
    assert cleaned.isascii()
    assert not set(cleaned) & {*map(chr, range(1, 32)), *'":,.@#'}
