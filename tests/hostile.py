"""Text as a stranger's file may hold it: everything that a terminal obeys, or that has no shape of its own."""

C0 = "".join(map(chr, [*range(0x20), 0x7F]))
C1 = "".join(map(chr, range(0x80, 0xA0)))
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = "\u00ad\u200b\u200c\u200d\u2028\u2029\u2060\ufeff\U000e0041"
SEQUENCES = "\x1b]0;title\x07\x1b]52;c;aGk=\x1b\\\x9d52;c;aGk=\x9c\x1b[2J\x9b31m\x1bc\x1bP$q\x1b\\"
EVERYTHING = f"{SEQUENCES}{C0}{C1}{BIDI}{UNSEEN}"
SURROGATE = "\udc9b"
"""As file names that are not UTF-8 have them; TOML and JSON files cannot hold one."""


def unwanted(text: str) -> set[str]:
    """The characters of a text that must not reach a terminal, line breaks aside."""
    return {each for each in text if not each.isprintable()} - {"\n"}
